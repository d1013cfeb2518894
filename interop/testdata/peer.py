"""Python's ssl as a peer: (client|server) port ca cert key.

Writes a line of JSON for each connection. The client connects twice, the
second time with the session of the first; the server echoes."""
import json
import socket
import ssl
import sys

role, port, ca, cert, key = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]


def tell(s):
    peer = dict(rdn[0] for rdn in s.getpeercert().get("subject", ()))
    print(json.dumps({
        "version": s.version(), "cipher": s.cipher()[0], "reused": s.session_reused,
        "alpn": s.selected_alpn_protocol(), "peer": peer.get("commonName"),
    }), flush=True)


def context(purpose):
    c = ssl.create_default_context(purpose, cafile=ca)
    c.load_cert_chain(cert, key)
    c.set_alpn_protocols(["echo"])
    return c


def client():
    c = context(ssl.Purpose.SERVER_AUTH)
    session = None
    for _ in range(2):
        with c.wrap_socket(socket.create_connection(("127.0.0.1", port)),
                           server_hostname="localhost", session=session) as s:
            s.sendall(b"hello\n")
            assert s.recv(100) == b"hello\n"
            session = s.session
            tell(s)


def server():
    c = context(ssl.Purpose.CLIENT_AUTH)
    c.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    while True:
        raw, _ = listener.accept()
        with c.wrap_socket(raw, server_side=True) as s:
            s.sendall(s.recv(100))
            tell(s)
            s.recv(100)


{"client": client, "server": server}[role]()
