"""Python's ssl as a peer that refuses: client port version ca, or
server port version ca cert key suite, where no ca asks for no certificate."""
import socket
import ssl
import sys

role, port, version, ca = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def context(purpose):
    c = ssl.create_default_context(purpose, cafile=ca or None)
    c.minimum_version = c.maximum_version = {
        "TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}[version]
    return c


def client():
    raw = socket.create_connection(("127.0.0.1", port))
    context(ssl.Purpose.SERVER_AUTH).wrap_socket(raw, server_hostname="localhost")


def server():
    c = context(ssl.Purpose.CLIENT_AUTH)
    c.load_cert_chain(*sys.argv[5:7])
    if version == "TLSv1.2":
        c.set_ciphers(sys.argv[7])
    if ca:
        c.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    while True:
        raw, _ = listener.accept()
        try:
            with c.wrap_socket(raw, server_side=True) as s:
                s.recv(100)
        except OSError:
            raw.close()


{"client": client, "server": server}[role]()
