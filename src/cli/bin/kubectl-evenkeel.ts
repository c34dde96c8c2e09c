#!/usr/bin/env node
import { main } from '../main.ts';

await main('kubectl evenkeel', process.argv.slice(2));
