"""Makes packages/language/src/families/llama/golden/chat-templates.json: conversations as transformers renders them.

    pip install -r scripts/golden/requirements.txt
    python scripts/golden/chat_templates.py

The first template is that of SmolLM2-135M-Instruct (Apache-2.0); the others were written for this file, with what templates
of larger models make use of: tools as indented JSON, results of tools, thoughts, namespaces, loops with a look back.
"""

import json
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

SMOLLM = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TOOLS = """{%- set ns = namespace(last=-1) -%}
{{- bos_token -}}
{%- if messages[0].role == 'system' -%}
  {%- set system = messages[0].content | trim -%}{%- set turns = messages[1:] -%}
{%- else -%}
  {%- set system = 'Be brief.' -%}{%- set turns = messages -%}
{%- endif -%}
[SYS]{{ system }}{% if tools %}

Tools:
{% for tool in tools %}{{ tool.function | tojson(indent=2) }}
{% endfor %}{% endif %}[/SYS]
{%- for message in turns -%}
  {%- if message.role == 'user' %}{% set ns.last = loop.index0 %}{% endif -%}
{%- endfor -%}
{%- for message in turns -%}
  {%- if message.role == 'tool' -%}
    [RESULT{% if message.tool_call_id %} {{ message.tool_call_id }}{% endif %}]{{ message.content }}
    {%- if loop.last or turns[loop.index0 + 1].role != 'tool' %}[END]{% endif -%}
  {%- elif message.tool_calls is defined and message.tool_calls -%}
    {{- message.content -}}
    {%- for call in message.tool_calls -%}
      [CALL]{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
    {%- endfor -%}
  {%- else -%}
    [{{ message.role | upper }}{{ '*' if loop.index0 == ns.last }}]{{ message.content }}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}[ASSISTANT]{% endif -%}
"""
THINKING = """{%- for message in messages -%}
<{{ message['role'] }}>
{%- if message.reasoning_content is defined and message.reasoning_content is not none and loop.last -%}
<think>{{ message.reasoning_content.strip('\\n') }}</think>
{%- endif -%}
{%- set text = message['content'] if message['content'] is string else '' -%}
{{- text.split('</think>')[-1].lstrip('\\n') if message['role'] == 'assistant' else text -}}
</{{ message['role'] }}>{{ eos_token if message['role'] == 'assistant' }}
{%- endfor -%}
{%- if add_generation_prompt -%}<assistant>{%- if enable_thinking is defined and enable_thinking is false -%}<think></think>{%- else -%}<think>{%- endif -%}{%- endif -%}
"""

WEATHER = {
    "name": "get_weather",
    "description": "The weather of a town, \"now\" & <here>",
    "parameters": {"type": "object", "properties": {"town": {"type": "string", "enum": ["Köln", "東京"]}}, "required": ["town"]},
    "strict": False,
}
CLOCK = {"name": "clock", "description": "", "parameters": {"type": "object", "properties": {}}, "strict": False}


def text(value):
    return {"type": "text", "text": value}


def says(role, *content):
    return {"role": role, "content": [text(part) if isinstance(part, str) else part for part in content]}


def call(name, arguments, number=1):
    return {"type": "tool_call", "id": f"call_{number}", "name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}


def result(value, number=1):
    return {"type": "tool_result", "tool_call_id": f"call_{number}", "content": [text(value)], "is_error": False}


CONVERSATIONS = [
    {"messages": [says("user", "Hello")]},
    {"messages": [says("system", "You are a pirate.  "), says("user", "Hello\n\nthere")]},
    {"messages": [says("user", "1 < 2 & 3 > 2?"), says("assistant", "Yes."), says("user", "Why?")]},
    {"messages": [says("user", "你好，世界"), says("assistant", "Grüß dich 🦊"), says("user", "\"quoted\" and 'single'")]},
    {"messages": [says("user", "One", " and ", "two")]},
    {"messages": [says("user", "")]},
    {"messages": [says("system", "Use tools."), says("user", "How is the weather?")], "tools": [WEATHER, CLOCK]},
    {
        "messages": [
            says("user", "Weather in 東京?"),
            says("assistant", "I look.", call("get_weather", {"town": "東京"})),
            says("tool", result("21 °C")),
        ],
        "tools": [WEATHER],
    },
    {
        "messages": [
            says("user", "Both?"),
            says("assistant", call("get_weather", {"town": "Köln", "days": 2, "wind": None, "ok": True}), call("clock", {}, 2)),
            says("user", result("rain"), result("12:00", 2), "and now?"),
        ],
        "tools": [WEATHER, CLOCK],
    },
    {
        "messages": [
            says("user", "Think"),
            says("assistant", {"type": "reasoning", "text": "\nHm.\n"}, "Thought."),
            says("user", "Again"),
            says("assistant", {"type": "reasoning", "text": "Hm, hm."}, "Done."),
        ],
        "reasoning": False,
    },
]


def lines(content):
    return "\n".join(part["text"] for part in content if part["type"] == "text" and part["text"])


def openai(message):
    """The same in the words of OpenAI, as transformers takes it."""
    results = [part for part in message["content"] if part["type"] == "tool_result"]
    rest = [part for part in message["content"] if part["type"] != "tool_result"]
    said = [
        {"role": "tool", "tool_call_id": part["tool_call_id"], "content": lines(part["content"])}
        for part in results
    ]
    if results and not rest:
        return said
    turn = {"role": message["role"], "content": lines(rest)}
    thoughts = [part["text"] for part in rest if part["type"] == "reasoning"]
    if thoughts:
        turn["reasoning_content"] = "\n".join(thoughts)
    calls = [part for part in rest if part["type"] == "tool_call"]
    if calls:
        turn["tool_calls"] = [
            {"id": part["id"], "type": "function", "function": {"name": part["name"], "arguments": json.loads(part["arguments"])}}
            for part in calls
        ]
    return [*said, turn]


def rendered(template, conversation):
    tools = [{"type": "function", "function": {k: v for k, v in tool.items() if k != "strict"}} for tool in conversation.get("tools", [])]
    more = {"enable_thinking": conversation["reasoning"]} if "reasoning" in conversation else {}
    texts, _ = render_jinja_template(
        conversations=[[turn for message in conversation["messages"] for turn in openai(message)]],
        tools=tools or None,
        chat_template=template,
        add_generation_prompt=True,
        bos_token="<s>",
        eos_token="</s>",
        **more,
    )
    return texts[0]


cases = [
    {"template": template, "conversation": conversation, "text": rendered(template, conversation)}
    for template in (SMOLLM, TOOLS, THINKING)
    for conversation in CONVERSATIONS
]
target = Path(__file__).resolve().parents[2] / "packages/language/src/families/llama/golden/chat-templates.json"
target.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
