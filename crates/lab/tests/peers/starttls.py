"""Servers that turn to TLS in the middle: SMTP (RFC 3207), IMAP (RFC 3501 section 6.2.1), LDAP (RFC 4511 section 4.14) and
PostgreSQL (its manual, section 55.2.11), each as much of it as a client asks before.

    starttls.py CERT KEY PORT_SMTP PORT_IMAP PORT_LDAP PORT_POSTGRESQL
"""

import socket
import ssl
import sys
import threading


def line(stream):
    text = b""
    while not text.endswith(b"\r\n"):
        byte = stream.recv(1)
        if not byte:
            raise EOFError
        text += byte
    return text


def smtp(stream):
    stream.sendall(b"220 mail.example ESMTP\r\n")
    line(stream)
    stream.sendall(b"250-mail.example\r\n250 STARTTLS\r\n")
    line(stream)
    stream.sendall(b"220 go ahead\r\n")


def imap(stream):
    stream.sendall(b"* OK IMAP4rev1 ready\r\n")
    tag = line(stream).split()[0]
    stream.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK\r\n")
    tag = line(stream).split()[0]
    stream.sendall(tag + b" OK begin now\r\n")


def ldap(stream):
    request = stream.recv(4096)
    assert b"1.3.6.1.4.1.1466.20037" in request
    # An ExtendedResponse to message 1: success, no name, no text.
    stream.sendall(bytes.fromhex("300c02010178070a010004000400"))


def postgresql(stream):
    assert stream.recv(8) == bytes.fromhex("0000000804d2162f")
    stream.sendall(b"S")


def serve(listener, greet, context):
    while True:
        stream, _ = listener.accept()
        try:
            greet(stream)
            with context.wrap_socket(stream, server_side=True) as tls:
                tls.sendall(b"hello behind TLS\r\n")
                while tls.recv(4096):
                    pass
        except (EOFError, OSError):
            stream.close()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
for port, greet in zip(sys.argv[3:], (smtp, imap, ldap, postgresql)):
    listener = socket.create_server(("127.0.0.1", int(port)))
    threading.Thread(target=serve, args=(listener, greet, context)).start()
