-- Appends one commit behind the fence, or says that it is there already, or says whose tip is there.
-- A writer whose fencing token is not the latest has lost the lease and writes nothing, not even what is there.
-- KEYS: stream, tip. ARGV: first seq, last seq, prev hash, last hash, lines, sum, token.
local tip = redis.call('HMGET', KEYS[2], 'seq', 'hash', 'sum', 'token')
if (tip[4] or '0') ~= ARGV[7] then
  return {'fenced', tip[4] or '0', ''}
end
local seq, hash = tip[1] or '0', tip[2] or string.rep('0', 64)
if tip[3] == ARGV[6] then
  return {'present', seq, hash}
end
if tonumber(seq) ~= tonumber(ARGV[1]) - 1 or hash ~= ARGV[3] then
  return {'conflict', seq, hash}
end
redis.call('XADD', KEYS[1], ARGV[2] .. '-0',
  'first', ARGV[1], 'prev', ARGV[3], 'hash', ARGV[4], 'lines', ARGV[5], 'sum', ARGV[6])
redis.call('HSET', KEYS[2], 'seq', ARGV[2], 'hash', ARGV[4], 'sum', ARGV[6])
return {'written', ARGV[2], ARGV[4]}
