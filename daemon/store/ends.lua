-- Reads everything that must fit together at one instant: another writer may be at work.
-- KEYS: stream, tip, snapshot.
return {
  redis.call('HMGET', KEYS[2], 'seq', 'hash', 'sum', 'snapshot', 'restoring'),
  redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1),
  redis.call('GET', KEYS[3]),
}
