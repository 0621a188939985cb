# A client, a link and a server in three network namespaces joined by veth, as three containers are; client and server
# have no capability, the link has CAP_NET_RAW. Run by link.rs in a namespace that becomes the link's:
#
#   between_namespaces.sh PROGRAMS SCENARIO...
#
# Says `client SCENARIO` before what the client says, and `link` before what the link says.
set -eu
programs=$1
shift
none="setpriv --inh-caps=-all --bounding-set=-all --no-new-privs"
raw="setpriv --inh-caps=-all --bounding-set=-all,+net_raw"

# A namespace lives as long as a process in it.
unshare -n sleep 600 & client=$!
unshare -n sleep 600 & server=$!
trap 'kill $client $server 2>/dev/null || true' EXIT
own=$(readlink /proc/self/ns/net)
for one in $client $server; do
    until [ "$(readlink /proc/$one/ns/net)" != "$own" ]; do sleep 0.01; done
done
ip link set lo up
ip link add to-client type veth peer name eth0 netns $client
ip link add to-server type veth peer name eth0 netns $server
ip addr add 10.9.1.1/24 dev to-client
ip addr add 10.9.2.1/24 dev to-server
ip link set to-client up
ip link set to-server up
nsenter -t $client -n sh -c "ip link set lo up; ip addr add 10.9.1.2/24 dev eth0; ip link set eth0 up"
nsenter -t $server -n sh -c "ip link set lo up; ip addr add 10.9.2.2/24 dev eth0; ip link set eth0 up"

nsenter -t $server -n $none "$programs/server" tcp --listen 10.9.2.2:7000 2>/dev/null >/dev/null & serving=$!
until nsenter -t $server -n "$programs/server" health tcp >/dev/null 2>&1; do sleep 0.05; done
for scenario in "$@"; do
    $raw "$programs/lab" link --listen 0.0.0.0:7000 --to 10.9.2.2:7000 --scenario "$scenario" --format json > link.log 2>/dev/null & link=$!
    until "$programs/server" health tcp >/dev/null 2>&1; do sleep 0.05; done
    echo "client $scenario"
    nsenter -t $client -n $none "$programs/client" tcp 10.9.1.1:7000 --format json 2>/dev/null || true
    kill $link
    wait $link || true
    echo "link $scenario"
    cat link.log
done
kill $serving
wait $serving || true
