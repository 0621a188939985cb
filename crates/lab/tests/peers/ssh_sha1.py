"""A paramiko server whose RSA host key signs with SHA-1 whatever was agreed (RFC 8332 §3.1 forbids it).

    ssh_sha1.py PORT
"""

import socket
import sys

import paramiko
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA1


class OldKey(paramiko.RSAKey):
    def sign_ssh_data(self, data, algorithm=None):
        message = paramiko.Message()
        message.add_string("ssh-rsa")
        message.add_string(self.key.sign(data, padding.PKCS1v15(), SHA1()))
        return message


made = paramiko.RSAKey.generate(2048)
key = OldKey(key=made.key)
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    stream, _ = listener.accept()
    transport = paramiko.Transport(stream)
    transport.add_server_key(key)
    try:
        transport.start_server(server=paramiko.ServerInterface())
    except (paramiko.SSHException, EOFError) as error:
        print("ended:", error, flush=True)
