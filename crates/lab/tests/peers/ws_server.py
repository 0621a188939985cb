"""Python's `websockets` as a server that echoes, for one connection. It prints the port first, then its own
account of each frame."""

import asyncio
import logging
import sys

try:
    from websockets.asyncio.server import serve
except ImportError:  # before websockets 13, as Debian 12 has it
    from websockets.server import serve

logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format="%(name)s %(message)s")


async def main():
    served = asyncio.get_running_loop().create_future()

    async def echo(socket):
        async for message in socket:
            await socket.send(message)
        await socket.wait_closed()
        served.set_result(None)

    async with serve(echo, "127.0.0.1", 0, ping_interval=None) as server:
        print("port", server.sockets[0].getsockname()[1], flush=True)
        await served


asyncio.run(main())
