"""Tests of a program against a fake pod, which is the argument: python3 test_connections.py FAKE-POD"""

import json
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else "fake-pod"

# Proxies are for other machines.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method, url, body=None, token=None):
    """The status of the answer, and its body."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["sessionToken"] = token
    data = b"" if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data if method == "POST" else None, headers, method=method)
    try:
        with OPENER.open(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def offboard(pod, token, users):
    """The program under test: removes connections, and returns the users whose connections could not be removed."""
    remove = f"{pod}/pod/v1/connection/user/{{}}/remove"
    return [user for user in users if call("POST", remove.format(user), token=token)[0] != 200]


class OffboardingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        arguments = ["--user", "alice", "--user", "bob", "--user", "carol", "--connect", "alice:bob=ACCEPTED", "--quiet"]
        cls.process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, text=True)
        pod = json.loads(cls.process.stdout.readline())
        cls.url, cls.users = pod["url"], pod["users"]

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.communicate()

    def setUp(self):
        self.control("POST", "reset")
        self.alice = self.users["alice"]["token"]
        self.bob, self.carol = self.users["bob"]["id"], self.users["carol"]["id"]

    def control(self, method, path, body=None):
        status, answer = call(method, f"{self.url}/fake-pod/{path}", body)
        self.assertEqual(status, 200, answer)
        return answer

    def status(self, user, other):
        return self.control("GET", f"connections?user={user}&other={other}")["status"]

    def test_connections_are_removed(self):
        self.assertEqual(offboard(self.url, self.alice, [self.bob]), [])
        self.assertIsNone(self.status("bob", "alice"))

    def test_who_is_not_connected_is_reported(self):
        self.assertEqual(offboard(self.url, self.alice, [self.bob, self.carol]), [self.carol])

    def test_more_users_and_connections(self):
        dave = {"users": [{"name": "dave"}], "connections": [{"user": "alice", "other": "dave", "status": "ACCEPTED"}]}
        user = self.control("POST", "state", dave)["users"]["dave"]["id"]
        self.assertEqual(offboard(self.url, self.alice, [self.bob, user]), [])

    def test_a_pod_that_is_busy(self):
        busy = {"operation": "remove_connection", "kind": "answer", "status": 429, "headers": {"Retry-After": "2"}}
        self.control("POST", "state", {"faults": [busy]})
        self.assertEqual(offboard(self.url, self.alice, [self.bob]), [self.bob])
        self.assertEqual(self.status("alice", "bob"), "ACCEPTED")
        self.assertEqual(self.control("GET", "faults"), {"pending": 0})

    def test_a_session_that_has_ended(self):
        self.control("DELETE", "sessions?user=alice")
        self.assertEqual(offboard(self.url, self.alice, [self.bob]), [self.bob])
        token = self.control("POST", "sessions", {"user": "alice"})["token"]
        self.assertEqual(offboard(self.url, token, [self.bob]), [])

    def test_a_pod_that_limits_calls_by_its_clock(self):
        limit = {"throttle": {"calls": 1, "windowMillis": 60000}, "clock": {"at": 1767225600000}}
        self.control("POST", "state", limit)
        self.assertEqual(offboard(self.url, self.alice, [self.bob, self.bob]), [self.bob])
        self.control("POST", "state", {"clock": {"advance": 60000}})
        status, _ = call("GET", f"{self.url}/pod/v1/connection/list", token=self.alice)
        self.assertEqual(status, 200)

    def test_what_was_asked_of_the_pod(self):
        offboard(self.url, self.alice, [self.bob])
        record = self.control("GET", "requests")
        self.assertEqual(record["dropped"], 0)
        (request,) = record["requests"]
        self.assertEqual(request["operation"], "remove_connection")
        self.assertEqual(request["caller"], self.users["alice"]["id"])
        self.assertTrue(request["acted"])

    def test_any_other_operation(self):
        presence = {"operation": "get_presence", "body": {"category": "BUSY"}}
        self.control("POST", "state", {"answers": [presence]})
        answer = call("GET", f"{self.url}/pod/v2/user/presence", token=self.alice)
        self.assertEqual(answer, (200, {"category": "BUSY"}))


if __name__ == "__main__":
    unittest.main()
