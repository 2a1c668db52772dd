"""Records what OpenStack's own Python clients send and give for each call of cases.py.

    python3 record.py > recorded.json

It needs the clients of Nova, Heat, Glance, Neutron, Cinder, Ironic and Keystone, and no cloud: a server in
this process takes the requests, and answers each as its case says. What stands in recorded.json was made
with the clients' development versions of 2026-11 (novaclient and keystoneclient of Debian 12 for Keystone).
"""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

import pbr.version


class Version:
    """The clients ask pbr for theirs, which there is for installed ones only."""

    def __init__(self, *_):
        pass

    def __getattr__(self, _name):
        return lambda *_args, **_more: "1"


pbr.version.VersionInfo = Version
try:
    import platformdirs  # noqa: F401
except ImportError:
    sys.modules["platformdirs"] = type(sys)("platformdirs")
    sys.modules["platformdirs"].user_cache_dir = lambda *_args, **_more: "/nowhere"

from keystoneauth1 import session as sessions  # noqa: E402
from keystoneauth1.token_endpoint import Token  # noqa: E402

from cases import CASES  # noqa: E402

SCHEMA = {"name": "image", "properties": {name: {"type": ["string", "null"]} for name in (
    "id", "name", "status", "self")}, "additionalProperties": {"type": "string"}}
seen = []
current = {"answer": None, "status": 200}


class Service(BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        sent = self.rfile.read(length).decode()
        if self.headers.get("transfer-encoding") == "chunked":
            sent = ""
            while (size := int(self.rfile.readline(), 16)) > 0:
                sent += self.rfile.read(size).decode()
                self.rfile.readline()
            self.rfile.readline()
        url = urlsplit(self.path)
        if "/schemas/" in url.path:
            return self.reply(200, SCHEMA)
        try:
            body = json.loads(sent) if sent else None
        except ValueError:
            body = sent
        query = sorted([name, value] for name, value in parse_qsl(url.query, keep_blank_values=True))
        seen.append({"method": self.command, "path": unquote(url.path), "query": query, "body": body})
        self.reply(current["status"], current["answer"])

    def reply(self, status, body):
        data = b"" if body is None or status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json" if data else "text/plain")
        self.send_header("content-length", str(len(data)))
        self.send_header("x-openstack-ironic-api-version", "1.34")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"


def client_of(service):
    def session(path):
        return sessions.Session(auth=Token(base + path, "token"))

    if service == "nova":
        from novaclient import client
        return client.Client("2.84", session=session("/"), endpoint_override=base)
    if service == "heat":
        from heatclient import client
        return client.Client("1", session=session("/"), endpoint_override=base)
    if service == "glance":
        import glanceclient
        return glanceclient.Client("2", endpoint=base, session=session("/"))
    if service == "neutron":
        from neutronclient.v2_0 import client
        return client.Client(session=session("/"), endpoint_override=base)
    if service == "cinder":
        from cinderclient import client
        return client.Client("3.0", session=session("/"), endpoint_override=base)
    if service == "ironic":
        from ironicclient.v1 import client
        return client.Client(os_ironic_api_version="1.34", session=session("/"),
                             endpoint_override=base)
    from keystoneclient.v3 import client
    return client.Client(session=session("/v3"), endpoint_override=base)


def method_of(client, name):
    """servers_get: get of servers."""
    if hasattr(client, name):
        return getattr(client, name)
    words = name.split("_")
    for index in range(len(words) - 1, 0, -1):
        manager = getattr(client, "_".join(words[:index]), None)
        method = getattr(manager, "_".join(words[index:]), None)
        if method is not None:
            return method
    raise AttributeError(name)


def plain(value):
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) or hasattr(value, "__next__"):
        items = [plain(item) for item in value]
        return items if isinstance(value, list) or hasattr(value, "__next__") else None
    wrapped = getattr(value, "wrapped", None) or getattr(value, "_wrapped", None)
    if wrapped is not None:
        return plain(wrapped)
    return value if isinstance(value, (str, int, float, bool)) else None


recorded, failed, clients = [], 0, {}
for one in CASES:
    service, name = one["action"].split(".")
    current.update(answer=one["answer"], status=one["status"])
    try:
        client = clients.get(service) or clients.setdefault(service, client_of(service))
        seen.clear()
        method = method_of(client, name)
        result = plain(method(**json.loads(json.dumps(one["input"]))))
        recorded.append({**one, "requests": list(seen), "result": result})
    except Exception as error:  # noqa: BLE001
        failed += 1
        print(f"{one['action']} {one['input']}: {error!r}", file=sys.stderr)
lines = [json.dumps(one, ensure_ascii=False, sort_keys=True) for one in recorded]
print('{"cases": [\n' + ",\n".join(lines) + "\n]}")
print(f"{len(recorded)} recorded, {failed} failed", file=sys.stderr)
