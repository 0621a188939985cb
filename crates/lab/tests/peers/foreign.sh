# Programs that are not ours talk to one another on the loopback of a network namespace, and tcpdump writes it down. Run in
# that namespace, in an empty folder:
#
#   foreign.sh PEERS_FOLDER
#
# Leaves run.pcap, keys.txt and key.pem. Ports: 4443 openssl, 4444 gnutls, 8080 and 8443 nginx, 4022 sshd, 9000 text, 9001
# nobody, 25, 143, 389 and 5432 what turns to TLS; those of the two WebSockets are in ws.ports.
set -eu
peers=$1
export PATH="$PATH:/usr/sbin:/sbin"
ip link set lo up

tcpdump -i lo -U --immediate-mode -Z root -w run.pcap tcp 2> tcpdump.err & dump=$!
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost -days 2 2>/dev/null
openssl s_server -accept 4443 -cipher DEFAULT:@SECLEVEL=0 -cert cert.pem -key key.pem -www -quiet >/dev/null 2>&1 & openssl=$!
gnutls-serv --http --quiet -p 4444 --x509certfile cert.pem --x509keyfile key.pem >/dev/null 2>&1 & gnutls=$!
cat > nginx.conf <<EOF
user root;
daemon off;
master_process off;
pid $PWD/nginx.pid;
error_log $PWD/nginx.err;
events {}
http {
    access_log off;
    client_body_temp_path $PWD/b; proxy_temp_path $PWD/p; fastcgi_temp_path $PWD/f; uwsgi_temp_path $PWD/u;
    scgi_temp_path $PWD/s;
    server {
        listen 127.0.0.1:8080;
        listen 127.0.0.1:8443 ssl;
        ssl_certificate $PWD/cert.pem; ssl_certificate_key $PWD/key.pem;
        location / { return 200 "hello from nginx\n"; }
    }
}
EOF
nginx -c "$PWD/nginx.conf" 2>/dev/null & nginx=$!
mkdir -p /run/sshd
ssh-keygen -q -N '' -t ed25519 -f host_key
ssh-keygen -q -N '' -t ed25519 -f user_key
/usr/sbin/sshd -D -e -f /dev/null -h "$PWD/host_key" -o Port=4022 -o ListenAddress=127.0.0.1 -o PidFile=none -o StrictModes=no \
    -o UsePAM=no -o PermitRootLogin=yes -o AuthorizedKeysFile="$PWD/user_key.pub" 2> sshd.err & sshd=$!
python3 "$peers/ws_server.py" > ws.out 2>&1 & ws=$!
python3 "$peers/ws_server.py" > plain.out 2>&1 & plain=$!
python3 "$peers/starttls.py" cert.pem key.pem 25 143 389 5432 2> starttls.err & starttls=$!
trap 'kill $dump $openssl $gnutls $nginx $sshd $ws $plain $starttls 2>/dev/null || true' EXIT
until grep -q listening tcpdump.err; do sleep 0.05; done
for port in 4443 4444 8080 8443 4022 25 143 389 5432; do
    n=0
    until ss -Hltn "sport = $port" | grep -q .; do sleep 0.05; n=$((n + 1)); [ $n -lt 400 ]; done
done
until grep -q '^port' ws.out && grep -q '^port' plain.out; do sleep 0.05; done
sed -n 's/^port //p' ws.out plain.out > ws.ports

visit() { echo Q | openssl s_client -connect 127.0.0.1:4443 -keylogfile keys.txt "$@" >/dev/null 2>&1 || true; }
page() { printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect 127.0.0.1:4443 -keylogfile keys.txt -quiet "$@" \
    >/dev/null 2>&1 || true; }
page -tls1_3 -sess_out 13.pem
page -tls1_3 -sess_in 13.pem
page -tls1_2 -sess_out 12.pem
page -tls1_2 -sess_in 12.pem
page -tls1_2 -cipher AES128-GCM-SHA256
page -tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384 -groups P-384
page -tls1_2 -cipher DHE-RSA-CHACHA20-POLY1305
visit -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256 -servername localhost -alpn h2,http/1.1
visit -tls1_2 -cipher PSK
page -tls1_2 -cipher AES128-SHA
page -tls1_2 -cipher AES256-SHA256 -no_etm
page -tls1_2 -cipher ECDHE-RSA-AES256-SHA384
page -tls1_2 -cipher ECDHE-RSA-AES128-SHA -no_etm
page -tls1_1 -cipher DEFAULT:@SECLEVEL=0
page -tls1_1 -cipher AES128-SHA:@SECLEVEL=0 -no_etm
page -tls1 -cipher DEFAULT:@SECLEVEL=0
page -tls1 -cipher AES256-SHA:@SECLEVEL=0 -no_etm
visit -CAfile cert.pem -verify_return_error -verify_hostname elsewhere.example
turn() { echo Q | openssl s_client -starttls "$1" -connect "127.0.0.1:$2" -keylogfile keys.txt >/dev/null 2>&1 || true; }
turn smtp 25
turn imap 143
turn ldap 389
turn postgres 5432
export SSLKEYLOGFILE=$PWD/keys.txt
curl -sk https://127.0.0.1:8443/ >/dev/null
curl -sk --tls-max 1.2 https://localhost:8443/ --resolve localhost:8443:127.0.0.1 >/dev/null
gnutls-cli --insecure 127.0.0.1:8443 </dev/null >/dev/null 2>&1 || true
for priority in NORMAL NORMAL:-VERS-TLS1.3 NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA; do
    gnutls-cli --insecure --priority "$priority" -p 4444 127.0.0.1 </dev/null >/dev/null 2>&1 || true
done
unset SSLKEYLOGFILE
curl -s http://127.0.0.1:8080/ http://127.0.0.1:8080/again >/dev/null
python3 "$peers/ws_client.py" "$(sed -n 1p ws.ports)" >/dev/null
python3 "$peers/ws_client.py" "$(sed -n 2p ws.ports)" uncompressed >/dev/null
visit_ssh() { ssh -p 4022 -F none -i user_key -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null "$@" 127.0.0.1 true >/dev/null 2>&1 || true; }
visit_ssh
visit_ssh -o KexAlgorithms=diffie-hellman-group14-sha256 -o Ciphers=aes128-ctr
visit_ssh -o KexAlgorithms=ecdh-sha2-nistp256 -o Ciphers=aes256-gcm@openssh.com
python3 - <<'EOF'
import socket, struct
listener = socket.create_server(("127.0.0.1", 9000))
for reset in (False, True):
    client = socket.create_connection(("127.0.0.1", 9000))
    server, _ = listener.accept()
    client.sendall(b"hello, are you there?\n")
    server.recv(100)
    server.sendall(b"I am, and I hear you\n")
    client.recv(100)
    if reset:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    server.close()
try:
    socket.create_connection(("127.0.0.1", 9001))
except ConnectionRefusedError:
    pass
EOF
# tcpdump has written all of it once nothing has come for a while.
until before=$(stat -c %s run.pcap) && sleep 0.3 && [ "$before" = "$(stat -c %s run.pcap)" ]; do :; done
kill -INT $dump
wait $dump || true
