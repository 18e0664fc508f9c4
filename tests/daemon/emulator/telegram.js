// SPDX-License-Identifier: MIT
// telegram-test-api on the port that is given, until its standard input ends.
'use strict';

const TelegramServer = require('telegram-test-api');

const server = new TelegramServer({ host: '127.0.0.1', port: Number(process.argv[2]) });

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
server.start().then(() => console.log('ready'));
