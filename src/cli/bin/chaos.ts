#!/usr/bin/env node
import { main } from '../chaos-main.ts';

await main(process.argv.slice(2));
