-- Keeps the lease while nobody else has taken it; one that ran out but was not taken is still ours.
-- KEYS: lease, tip. ARGV: holder, milliseconds, token.
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[3] then
  return 'lost'
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'renewed'
