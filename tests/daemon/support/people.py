# SPDX-License-Identifier: MIT
"""People who write to a bot in the messengers that webhooks.py leaves out: Slack, Discord and Teams, each request as the platform signs it."""

import hashlib
import hmac
import json
import time
import urllib.parse

import signing

SLACK_SECRET = "slack-signing-secret"


def configuration(secrets, url):
    """All six messengers, whose services are all at one address."""
    return (secrets.line(api_url=url + "/line") + secrets.telegram(api_url=url + "/telegram") + secrets.whatsapp(api_url=url + "/whatsapp") +
            f'slack {{ signing_secret = "{secrets.file("slack", SLACK_SECRET)}"\nbot_token = "{secrets.file("slack-token", "xoxb-slack")}"\n'
            f'api_url = "{url}/slack"\nhooks_url = "{url}/slack/hooks/"\nfiles_url = "{url}/slack/files/" }}\n'
            f'discord {{ public_key = {{ "{signing.ED25519_PUBLIC.hex()}" }}\napplication_id = "app-1"\n'
            f'bot_token = "{secrets.file("discord-token", "discord-bot-token")}"\napi_url = "{url}/discord"\nfiles_url = "{url}/discord/files/" }}\n'
            f'teams {{ app_id = "teams-app"\napp_secret = "{secrets.file("teams", "teams-secret")}"\nservice_hosts = {{ "{url}/" }}\n'
            f'openid_url = "{url}/teams/openid"\nlogin_url = "{url}/teams" }}\n')


# --- Slack ---------------------------------------------------------------------------------------

def post_slack(client, body, content_type="application/json", secret=SLACK_SECRET):
    now = str(int(time.time()))
    signature = "v0=" + hmac.new(secret.encode(), b"v0:" + now.encode() + b":" + body, hashlib.sha256).hexdigest()
    return client.request("POST", "/webhook/slack", body, {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": now,
                                                           "Content-Type": content_type})


def slack_event(user, channel, text, ts, **more):
    return json.dumps({"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev" + ts,
                       "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
                       "event": {"type": "message", "user": user, "text": text, "ts": ts, "channel": channel,
                                 "channel_type": "im" if channel.startswith("D") else "channel", **more}}).encode()


def slack_command(user, channel, text, trigger, response_url):
    return urllib.parse.urlencode({"command": "/expense", "team_id": "T1", "user_id": user, "channel_id": channel, "text": text,
                                   "trigger_id": trigger, "response_url": response_url}).encode()


# --- Discord -------------------------------------------------------------------------------------

def post_discord(client, interaction, forged=False):
    body, now = json.dumps(interaction).encode(), str(int(time.time()))
    signature = signing.ed25519((b"forged" if forged else now.encode()) + body).hex()
    return client.request("POST", "/webhook/discord", body, {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": now})


def discord_interaction(user, number, kind, data, **more):
    """kind: 2 command, 3 button, 5 form."""
    return {"type": kind, "id": str(number), "token": f"token-{number}", "application_id": "app-1", "channel_id": "645", "locale": "en-US",
            "user": {"id": user}, "data": data, **more}


def discord_command(user, number, text=None):
    options = [{"type": 3, "name": "text", "value": text}] if text else []
    return discord_interaction(user, number, 2, {"type": 1, "name": "expense", "id": "1", "options": options})


# --- Teams ---------------------------------------------------------------------------------------

def teams_activity(url, user, activity, text, **more):
    return {"type": "message", "id": activity, "serviceUrl": url + "/teams", "channelId": "msteams", "locale": "en-US", "text": text,
            "from": {"id": user}, "recipient": {"id": "28:bot"}, "conversation": {"conversationType": "personal", "id": "a:" + user}, **more}


def post_teams(client, activity, kid="key-1", forged=False, **claims):
    now = int(time.time())
    token = signing.jwt(kid, {"iss": "https://api.botframework.com", "aud": "teams-app", "nbf": now - 10, "exp": now + 3600,
                              "serviceurl": activity["serviceUrl"], **claims})
    if forged:
        token = token[:-10] + ("B" if token[-10] == "A" else "A") + token[-9:]
    return client.request("POST", "/webhook/teams", json.dumps(activity).encode(), {"Authorization": "Bearer " + token})
