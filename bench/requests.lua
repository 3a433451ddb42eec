-- Sends the requests of a file in turn, or random films to random users' lists. For wrk.
--
--   wrk ... -s requests.lua URL -- take FILE    lines of TOKEN<tab>PATH, or -<tab>PATH without a token
--   wrk ... -s requests.lua URL -- add FILE SEED    lines of TOKEN, an empty line, lines of FILM
--
-- Prints the outcome as one line of JSON.

local prefix = "/api/v1"
local heads, tails, is_random, next_request = {}, nil, false, 0

local function headers(token)
  if token == "-" then
    return {}
  end
  return { Authorization = "Bearer " .. token }
end

local function take(file)
  for line in io.lines(file) do
    local token, path = line:match("^([^\t]*)\t(.*)$")
    heads[#heads + 1] = wrk.format("GET", prefix .. path, headers(token))
  end
end

local function add(file, seed)
  local body_of = function(film)
    return '{"film_id":"' .. film .. '"}'
  end
  local some_body = body_of("00000000-0000-0000-0000-000000000000")
  is_random, tails = true, {}
  math.randomseed(seed)
  local users_are_over = false
  for line in io.lines(file) do
    if line == "" then
      users_are_over = true
    elseif users_are_over then
      tails[#tails + 1] = body_of(line)
    else
      local fields = headers(line)
      fields["Content-Type"] = "application/json"
      -- All bodies are of one length, so what comes before them can be made now.
      local whole = wrk.format("PUT", prefix .. "/me/watchlists/liked/items/add", fields, some_body)
      heads[#heads + 1] = whole:sub(1, -#some_body - 1)
    end
  end
end

function init(arguments)
  if arguments[1] == "add" then
    add(arguments[2], tonumber(arguments[3]))
  else
    take(arguments[2])
  end
end

function request()
  if is_random then
    return heads[math.random(#heads)] .. tails[math.random(#tails)]
  end
  next_request = next_request % #heads + 1
  return heads[next_request]
end

function done(summary, latency)
  local errors = summary.errors
  local all = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, all
  ))
end
