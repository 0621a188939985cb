"""Python's `websockets` as the client: python3 ws_client.py PORT [uncompressed]. Its own account of each frame goes to stdout."""

import asyncio
import logging
import sys

import websockets

logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format="%(name)s %(message)s")


async def main():
    compression = None if "uncompressed" in sys.argv else "deflate"
    url = f"ws://127.0.0.1:{sys.argv[1]}/chat"
    async with websockets.connect(url, close_timeout=30, compression=compression) as socket:
        await socket.send("hello")
        assert await socket.recv() == "hello"
        await socket.send(bytes(range(200)))
        assert await socket.recv() == bytes(range(200))
        await socket.send("长" * 30_000)
        assert await socket.recv() == "长" * 30_000
        await socket.send(["three ", "parts, ", "one message"])
        assert await socket.recv() == "three parts, one message"
        await (await socket.ping(b"there?"))
        await socket.close(1000, "bye")


asyncio.run(main())
