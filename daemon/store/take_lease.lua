-- Takes the lease when nobody holds it, or when its holder is the caller or one known to be dead; every taking
-- raises the fencing token, which each later write must show.
-- KEYS: lease, tip. ARGV: holder, milliseconds, dead holder ('' for none).
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] and held ~= ARGV[3] then
  return {'held', held, 0}
end
local token = redis.call('HINCRBY', KEYS[2], 'token', 1)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'taken', ARGV[1], token}
