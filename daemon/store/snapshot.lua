-- Replaces the snapshot unless it would go back or run ahead of the journal: a writer that lost the fence
-- must not put an old snapshot in front of a trimmed journal.
-- KEYS: snapshot, tip. ARGV: seq, value, token.
local tip = redis.call('HMGET', KEYS[2], 'snapshot', 'seq', 'token')
if (tip[3] or '0') ~= ARGV[3] then
  return {'fenced', tip[3] or '0', ''}
end
local oldest, newest = tip[1] or '0', tip[2] or '0'
if tonumber(ARGV[1]) < tonumber(oldest) or tonumber(ARGV[1]) > tonumber(newest) then
  return {'conflict', oldest, newest}
end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], 'snapshot', ARGV[1])
return {'written', oldest, newest}
