"""Uses the Python package `ollama` as its users do and prints what it answered as JSON.

ollama-client.py HOST MODEL
"""

import json
import sys

from ollama import Client, ResponseError

host, model = sys.argv[1:]
client = Client(host=host)
messages = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "What is the capital of France?"},
]
options = {"temperature": 0}
try:
    client.chat(model="no-such-model", messages=messages)
    missing = None
except ResponseError as error:
    missing = error.status_code

schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
print(
    json.dumps(
        {
            "models": [entry.model for entry in client.list().models],
            "family": client.show(model).details.format,
            "whole": client.chat(model=model, messages=messages, options=options).message.content,
            "streamed": "".join(
                piece.message.content
                for piece in client.chat(model=model, messages=messages, options=options, stream=True)
            ),
            "generated": client.generate(model=model, prompt="Hello", options={**options, "num_predict": 4}).eval_count,
            "shaped": client.chat(model=model, messages=messages, options=options, format=schema).message.content,
            "running": [entry.model for entry in client.ps().models],
            "unloaded": client.generate(model=model, prompt="", keep_alive=0).done_reason,
            "missing": missing,
        }
    )
)
