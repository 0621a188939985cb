"""SSH by Python's libraries, each with its own log on standard error.

    ssh_python.py paramiko|asyncssh|libssh PORT KEY                 a client: logs in as demo and asks who it is
    ssh_python.py paramiko-server|asyncssh-server PORT HOST_KEY     a server that lets any key in, for one visit
    ssh_python.py asyncssh-expired PORT HOST_KEY                    one that takes passwords, and each has expired
    ssh_python.py asyncssh-sha1 PORT HOST_KEY                       one that takes users' RSA signatures with SHA-1 alone
"""

import asyncio
import logging
import socket
import sys

which, port, key = sys.argv[1], int(sys.argv[2]), sys.argv[3]
logging.basicConfig(level=logging.DEBUG, format="%(name)s %(message)s")


def paramiko_client():
    import paramiko

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", port, "demo", key_filename=key, allow_agent=False, look_for_keys=False)
    _, output, _ = client.exec_command("whoami")
    print(output.read().decode(), flush=True)
    client.close()


def asyncssh_client():
    import asyncssh

    async def main():
        async with asyncssh.connect("127.0.0.1", port, username="demo", client_keys=[key], known_hosts=None) as client:
            print((await client.run("whoami")).stdout, flush=True)

    asyncio.run(main())


def libssh_client():
    from ssh import options
    from ssh.key import import_privkey_file
    from ssh.session import Session

    session = Session()
    session.options_set(options.HOST, "127.0.0.1")
    session.options_set(options.USER, "demo")
    session.options_set(options.LOG_VERBOSITY, "2")
    session.options_set_port(port)
    session.connect()
    session.userauth_publickey(import_privkey_file(key))
    channel = session.channel_new()
    channel.open_session()
    channel.request_exec("whoami")
    print(channel.read()[1].decode(), flush=True)
    channel.close()
    session.disconnect()


def paramiko_server():
    import paramiko

    class Server(paramiko.ServerInterface):
        def get_allowed_auths(self, username):
            return "publickey"

        def check_auth_publickey(self, username, key):
            return paramiko.AUTH_SUCCESSFUL

        def check_channel_request(self, kind, chanid):
            return paramiko.OPEN_SUCCEEDED

        def check_channel_exec_request(self, channel, command):
            channel.sendall(b"here\n")
            channel.send_exit_status(0)
            channel.shutdown_write()
            channel.close()
            return True

    listener = socket.create_server(("127.0.0.1", port))
    stream, _ = listener.accept()
    transport = paramiko.Transport(stream)
    transport.add_server_key(paramiko.Ed25519Key(filename=key))
    transport.start_server(server=Server())
    while transport.is_active():
        transport.join(0.1)


def asyncssh_server():
    import asyncssh

    over = asyncio.Event()

    class Server(asyncssh.SSHServer):
        def connection_lost(self, exc):
            over.set()

        def begin_auth(self, username):
            return True

        def public_key_auth_supported(self):
            return which != "asyncssh-expired"

        def password_auth_supported(self):
            return which == "asyncssh-expired"

        def validate_password(self, username, password):
            raise asyncssh.PasswordChangeRequired("Your password has expired")

        def validate_public_key(self, username, key):
            return True

    def run(process):
        process.stdout.write("here\n")
        process.exit(0)

    async def main():
        takes = {"signature_algs": ["ssh-rsa"]} if which == "asyncssh-sha1" else {}
        await asyncssh.create_server(Server, "127.0.0.1", port, server_host_keys=[key], process_factory=run, **takes)
        await over.wait()

    asyncio.run(main())


{
    "paramiko": paramiko_client,
    "asyncssh": asyncssh_client,
    "libssh": libssh_client,
    "paramiko-server": paramiko_server,
    "asyncssh-server": asyncssh_server,
    "asyncssh-expired": asyncssh_server,
    "asyncssh-sha1": asyncssh_server,
}[which]()
