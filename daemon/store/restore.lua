-- Begins a restoration: only where there is no journal, or one whose restoration was broken off.
-- KEYS: stream, tip, snapshot. ARGV: seq and hash before the first commit, token.
local tip = redis.call('HMGET', KEYS[2], 'seq', 'restoring', 'token')
if (tip[3] or '0') ~= ARGV[3] then
  return {'fenced', tip[3] or '0'}
end
if tip[1] and not tip[2] then
  return {'conflict', tip[1]}
end
redis.call('DEL', KEYS[1], KEYS[3])
redis.call('HDEL', KEYS[2], 'sum', 'snapshot')
redis.call('HSET', KEYS[2], 'seq', ARGV[1], 'hash', ARGV[2], 'restoring', '1')
return {'begun', ARGV[1]}
