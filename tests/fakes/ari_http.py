"""The HTTP side of the fake: routes, refusals in Asterisk's words, and the event socket."""

import asyncio
import base64
import json
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler

from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_state import AriState
from tests.fakes.neighbours import dialled


class Refusal(Exception):  # noqa: N818 - it is an answer
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class AriHttpSide:
    """One method per request that we make of Asterisk."""

    def __init__(self, ari: AriState) -> None:
        self.ari = ari
        wanted = base64.b64encode(f"{ari.user}:{ari.password}".encode()).decode()
        self._authorization = f"Basic {wanted}"

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.guard])
        app.add_routes(
            [
                web.get("/ari/events", self.events),
                web.get("/ari/asterisk/info", self.info),
                web.get("/ari/endpoints/PJSIP/{name}", self.endpoint),
                web.get("/ari/channels", self.list),
                web.get("/ari/channels/{id}", self.get),
                web.get("/ari/channels/{id}/rtp_statistics", self.rtp_statistics),
                web.post("/ari/channels/{id}", self.originate),
                web.delete("/ari/channels/{id}", self.hang_up),
                web.post("/ari/channels/{id}/answer", self.answer),
                web.post("/ari/channels/{id}/ring", self.nothing),
                web.post("/ari/channels/{id}/play/{playback}", self.play),
                web.post("/ari/channels/{id}/record", self.record),
                web.post("/ari/channels/{id}/snoop/{snoop}", self.snoop),
                web.post("/ari/channels/{id}/continue", self.continue_in_dialplan),
                web.post("/ari/channels/{id}/variable", self.set_variable),
                web.get("/ari/asterisk/variable", self.variable),
                web.post("/ari/asterisk/variable", self.write_variable),
                web.delete("/ari/playbacks/{playback}", self.stop),
                web.post("/ari/recordings/live/{name}/stop", self.stop_recording),
                web.get("/ari/recordings/stored", self.list_recordings),
                web.get("/ari/recordings/stored/{name}/file", self.recording),
                web.delete("/ari/recordings/stored/{name}", self.delete_recording),
                web.post("/ari/applications/{app}/subscription", self.subscribe),
                web.put("/ari/applications/{app}/eventFilter", self.filter),
                web.post("/ari/events/user/{name}", self.notify),
            ]
        )
        return app

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count, check the password, be late if asked to, and say no in Asterisk's form."""
        await self.ari.runs()
        self.ari.requests.append((request.method, request.path))
        if request.headers.get("Authorization") != self._authorization:
            return web.json_response({"message": "Authentication required"}, status=401)
        await asyncio.sleep(self.ari.answer_after)
        try:
            answer: web.StreamResponse = await handler(request)
        except Refusal as refusal:
            key = "error" if refusal.status == 500 else "message"
            return web.json_response({key: str(refusal)}, status=refusal.status)
        except ConnectionResetError:  # who asked was killed, and reads no answer
            return web.Response(status=400)
        return answer

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await self.ari.listens(request.query["app"], socket, request)
        return socket

    async def on_socket(self, asked: dict[str, Any]) -> str:
        """A request that came on the event socket, answered there; one after the other, as on a real one."""
        self.ari.on_socket.append((asked["method"], f"/ari/{asked['uri']}"))
        body = asked["message_body"].encode()
        async with (
            ClientSession(headers={"Authorization": self._authorization}) as client,
            client.request(asked["method"], f"{self.ari.url}/ari/{asked['uri']}", data=body) as answer,
        ):
            said = {"request_id": asked["request_id"], "status_code": answer.status}
            return json.dumps({"type": "RESTResponse", **said, "message_body": await answer.text()})

    async def info(self, request: web.Request) -> web.Response:
        status = {"startup_time": self.ari.startup_time, "last_reload_time": self.ari.startup_time}
        return web.json_response({"system": {"version": "fake"}, "status": status})

    async def endpoint(self, request: web.Request) -> web.Response:
        if request.match_info["name"] != self.ari.trunk:
            raise Refusal(404, "Endpoint not found")
        return web.json_response(self.ari.endpoint())

    async def list(self, request: web.Request) -> web.Response:
        return web.json_response([call.snapshot() for call in self.ari.calls.values()])

    async def get(self, request: web.Request) -> web.Response:
        return web.json_response(self._call(request).snapshot())

    async def rtp_statistics(self, request: web.Request) -> web.Response:
        call = self._call(request)
        if call.state != "Up" or not call.has_sound:
            raise Refusal(404, "RTP info not found")
        return web.json_response({"txcount": 50 * len(call.heard), "rxcount": call.packets()})

    async def originate(self, request: web.Request) -> web.Response:
        body = await request.json()
        channel_id = request.match_info["id"]
        self.ari.posts[channel_id] += 1
        if channel_id in self.ari.calls:
            raise Refusal(409, "Channel with given unique ID already exists")
        if "/" not in body["endpoint"]:
            raise Refusal(400, "Invalid endpoint specified")
        if self.ari.trunk_is_down or self.ari.trunk not in body["endpoint"]:
            raise Refusal(500, "Allocation failed")
        call = self.ari.places(channel_id, dialled(body["endpoint"]), body)
        return web.json_response(call.snapshot())

    async def hang_up(self, request: web.Request) -> web.Response:
        said, call = await request.text(), self._call(request)
        if self.ari.no_hang_ups:
            raise Refusal(500, "Internal error")
        call.reason = json.loads(said).get("reason", "") if said else ""
        call.hang_up()
        return web.Response(status=204)

    async def answer(self, request: web.Request) -> web.Response:
        self._ours(request).answered()
        return web.Response(status=204)

    async def nothing(self, request: web.Request) -> web.Response:
        self._ours(request)
        return web.Response(status=204)

    async def play(self, request: web.Request) -> web.Response:
        body = await request.json()
        self._ours(request).play(body["media"], request.match_info["playback"])
        return web.json_response({"id": request.match_info["playback"]}, status=201)

    async def record(self, request: web.Request) -> web.Response:
        body = await request.json()
        call = self._ours(request)
        if body["name"] in self.ari.recordings and body["ifExists"] == "fail":
            words = f"Recording '{body['name']}' already exists and can not be overwritten"
            raise Refusal(409, words)
        self.ari.recordings.add(body["name"])
        call.record(body["name"], body["maxDurationSeconds"])
        return web.json_response({"name": body["name"]}, status=201)

    async def snoop(self, request: web.Request) -> web.Response:
        if self.ari.no_snooping:
            raise Refusal(500, "Snoop channel could not be created")
        snoop = self.ari.snoops_on(self._ours(request), request.match_info["snoop"])
        return web.json_response(snoop.snapshot())

    async def list_recordings(self, request: web.Request) -> web.Response:
        return web.json_response([{"name": name, "format": "alaw"} for name in sorted(self.ari.recordings)])

    async def recording(self, request: web.Request) -> web.Response:
        if request.match_info["name"] not in self.ari.recordings:
            raise Refusal(404, "Recording not found")
        return web.Response(body=self.ari.recorded)

    async def continue_in_dialplan(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.ari.takes_back(self._ours(request), body["extension"])
        return web.Response(status=204)

    async def set_variable(self, request: web.Request) -> web.Response:
        body = await request.json()
        self._ours(request).variables[body["variable"]] = body["value"]
        return web.Response(status=204)

    async def variable(self, request: web.Request) -> web.Response:
        return web.json_response({"value": self.ari.notes.get(request.query["variable"], "")})

    async def write_variable(self, request: web.Request) -> web.Response:
        if "variable" in request.query:
            self.ari.notes.pop(request.query["variable"], None)
        else:
            given = await request.json()
            self.ari.notes[given["variable"]] = given["value"]
        return web.Response(status=204)

    async def stop(self, request: web.Request) -> web.Response:
        playback = request.match_info["playback"]
        if not any(call.stop(playback) for call in self.ari.calls.values()):
            raise Refusal(404, "Playback not found")
        return web.Response(status=204)

    async def stop_recording(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if not any(call.stop_recording(name) for call in self.ari.calls.values()):
            raise Refusal(404, "Recording not found")
        return web.Response(status=204)

    async def delete_recording(self, request: web.Request) -> web.Response:
        if request.match_info["name"] not in self.ari.recordings:
            raise Refusal(404, "Recording not found")
        self.ari.recordings.remove(request.match_info["name"])
        return web.Response(status=204)

    async def subscribe(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["eventSource"] != f"endpoint:PJSIP/{self.ari.trunk}":
            raise Refusal(422, "Event source does not exist")
        self.ari.subscriptions.add(body["eventSource"])
        return web.json_response({"name": request.match_info["app"]})

    async def filter(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        self.ari.disallowed = {entry["type"] for entry in body["disallowed"]}
        return web.json_response({"name": request.match_info["app"]})

    async def notify(self, request: web.Request) -> web.Response:
        self.ari.send({"type": "ChannelUserevent", "eventname": request.match_info["name"], "userevent": {}})
        return web.Response(status=204)

    def _call(self, request: web.Request) -> FakeCall:
        call = self.ari.calls.get(request.match_info["id"])
        if call is None:
            raise Refusal(404, "Channel not found")
        return call

    def _ours(self, request: web.Request) -> FakeCall:
        call = self._call(request)
        if not call.in_stasis:
            raise Refusal(409, "Channel not in Stasis application")
        return call
