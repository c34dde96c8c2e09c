import { render } from 'preact';
import type { ReportDocument } from '../src/report/index.ts';
import { App } from './components/app.tsx';

const data = document.getElementById('report-data')?.textContent;
const place = document.getElementById('app');
if (data !== undefined && data !== null && place !== null) {
  const report = JSON.parse(data) as ReportDocument; // written into the page by renderHtml from this very type
  render(<App report={report} />, place);
}

// What is folded on the screen is unfolded on paper.
addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll('details')) folded.open = true;
});
