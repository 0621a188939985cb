"""WebSocket by aiohttp.

    ws_aiohttp.py server PORT     echoes
    ws_aiohttp.py client URL      says hello, hears it, closes
"""

import asyncio
import sys

import aiohttp
from aiohttp import web


async def echo(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type == aiohttp.WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type == aiohttp.WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    print("closed by", socket.close_code, flush=True)
    return socket


async def client(url):
    async with aiohttp.ClientSession() as session, session.ws_connect(url, compress=15) as socket:
        await socket.send_str("hello")
        assert (await socket.receive()).data == "hello"
        await socket.close()
        print("closed by", socket.close_code, "compress", socket.compress, flush=True)


if sys.argv[1] == "client":
    asyncio.run(client(sys.argv[2]))
else:
    application = web.Application()
    application.router.add_get("/chat", echo)
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[2]), print=None)
