"""Python's ssl in many talks: (servers|clients) ca, then JSON: a list of talks.

Servers write their ports and echo; clients write "ok", or what went wrong, for
each talk in its turn."""
import json
import socket
import ssl
import sys
import threading

role, ca, talks = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
versions = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def context(purpose, talk):
    c = ssl.create_default_context(purpose, cafile=ca)
    c.minimum_version = c.maximum_version = versions[talk["version"]]
    if talk["cert"]:
        c.load_cert_chain(*talk["cert"])
    if talk["alpn"]:
        c.set_alpn_protocols(["echo"])
    return c


def server(talk):
    c = context(ssl.Purpose.CLIENT_AUTH, talk)
    if talk["authenticate"]:
        c.verify_mode = ssl.CERT_REQUIRED
    if talk["curve"]:
        c.set_ecdh_curve(talk["curve"])
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.load_cert_chain(*talk["other"])

    def choose(s, name, _):
        if name == "other.example":
            s.context = other

    c.sni_callback = choose
    listener = socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)

    def echo():
        raw, _ = listener.accept()
        with c.wrap_socket(raw, server_side=True) as s:
            while data := s.recv(9973):
                s.sendall(data)

    threading.Thread(target=echo).start()


def client(talk):
    c = context(ssl.Purpose.SERVER_AUTH, talk)
    text = bytes((i * 31 + i // 251) & 255 for i in range(talk["size"]))
    with c.wrap_socket(socket.create_connection(("127.0.0.1", talk["port"])), server_hostname=talk["host"]) as s:
        got = bytearray()
        for at in range(0, len(text), 7919):
            s.sendall(text[at:at + 7919])
            while len(got) < min(at + 7919, len(text)):
                data = s.recv(9973)
                if not data:
                    return "the end came early"
                got += data
        return "ok" if got == text else "other bytes came back"


for talk in talks:
    if role == "servers":
        server(talk)
    else:
        try:
            print(client(talk), flush=True)
        except Exception as e:
            print(repr(e), flush=True)
