# Programs that are not ours meet on the loopback of a network namespace, and `lab watch` looks on as a user who has
# CAP_NET_RAW and nothing else. Run by watch.rs in that namespace, in a folder that everybody may enter:
#
#   watch.sh PROGRAMS
#
# Leaves watch.json, watch.err, rows.txt, ring.json, ring.err, and status: what the kernel says of each thread of the watcher.
set -eu
programs=$1
none="setpriv --reuid 65532 --regid 65532 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs"
raw="setpriv --reuid 65532 --regid 65532 --clear-groups --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw \
    --bounding-set=-all,+net_raw"
lab=$programs/lab
ip link set lo up

# Without the right, and without the interface: one line each.
$none "$lab" watch --lang en 2> none.err >/dev/null || true
$none "$lab" watch --lang zh 2>> none.err >/dev/null || true
$raw "$lab" watch --lang en -i nowhere0 2>> none.err >/dev/null || true

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost \
    -days 2 2>/dev/null
openssl s_server -accept 4443 -cert cert.pem -key key.pem -www -quiet >/dev/null 2>&1 & tls=$!
"$programs/server" ssh --listen 127.0.0.1:4022 --certs certs >/dev/null 2>&1 & ssh=$!
trap 'kill $tls $ssh 2>/dev/null || true' EXIT
until [ -n "$(ss -Hltn 'sport = 4443')" ] && [ -n "$(ss -Hltn 'sport = 4022')" ]; do sleep 0.05; done

touch keys.txt
$raw "$lab" watch -i lo --format json --keylog keys.txt 4443 4022 > watch.json 2> watch.err & watch=$!
$raw "$lab" watch --quiet --lang en --count 1 localhost:4022 > rows.txt 2> rows.err & rows=$!
$raw "$lab" watch -q --lang en --capture ring.pcapng --ring 2x4MiB --keylog keys.txt 4443 > ring.out 2> ring.err & ring=$!
until grep -q watching watch.err && grep -q watching rows.err && grep -q watching ring.err; do sleep 0.05; done
cat /proc/$watch/task/*/status /proc/$ring/task/*/status > status

# What is not asked for is not told.
curl -s http://127.0.0.1:4080/ || true
SSLKEYLOGFILE=keys.txt curl -sk https://localhost:4443/ >/dev/null
echo Q | openssl s_client -connect 127.0.0.1:4443 -tls1_2 -keylogfile keys.txt >/dev/null 2>&1
ssh -p 4022 -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -F none demo@127.0.0.1 \
    true 2>/dev/null || true
# This one is opened without a word, and reset.
python3 -c 'import socket,struct
s = socket.create_connection(("127.0.0.1", 4443))
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
s.close()'
if [ -n "${CHROMIUM:-}" ]; then
    timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" \
        --ignore-certificate-errors --ssl-key-log-file="$PWD/keys.txt" --dump-dom https://localhost:4443/ >/dev/null 2>&1
fi
wait $rows
kill -TERM $watch $ring
wait $watch
wait $ring
[ ! -s ring.out ]
"$lab" read ring-*.pcapng --connection all --format json > ring.json
