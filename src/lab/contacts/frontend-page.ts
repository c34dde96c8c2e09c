/** The page that users see: it asks the backends through the paths of the Ingress, from the browser. */
export const FRONTEND_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simple Contacts Management</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color: #1b1b1b; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #ccc; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; } label { display: grid; font-size: .85rem; }
.failed { color: #a4001d; font-weight: 600; }
</style>
</head>
<body>
<h1>Simple Contacts Management</h1>
<main>
<section aria-labelledby="contacts-title">
<h2 id="contacts-title">Contacts</h2>
<form id="add">
<label>First name <input name="firstname" required></label>
<label>Last name <input name="lastname" required></label>
<label>E-mail <input name="email" type="email"></label>
<button>Add</button>
</form>
<form id="find" role="search"><label>Find <input name="phrase" type="search"></label><button>Search</button></form>
<p id="contacts-state" role="status"></p>
<table><thead><tr><th scope="col">Name</th><th scope="col">E-mail</th><th scope="col">Company</th></tr></thead><tbody id="contacts"></tbody></table>
</section>
<section aria-labelledby="reports-title">
<h2 id="reports-title">Visit reports</h2>
<p id="reports-state" role="status"></p>
<table><thead><tr><th scope="col">Subject</th><th scope="col">Result</th><th scope="col">Mood</th></tr></thead><tbody id="reports"></tbody></table>
</section>
</main>
<script>
const fill = (id, rows) => document.getElementById(id).replaceChildren(...rows.map((cells) => {
  const row = document.createElement('tr');
  row.append(...cells.map((text) => Object.assign(document.createElement('td'), { textContent: text ?? '' })));
  return row;
}));
const say = (id, text, failed) => {
  const state = document.getElementById(id);
  state.textContent = text;
  state.className = failed ? 'failed' : '';
};
const ask = async (path, options) => {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(path + ' answered ' + answer.status);
  return answer.json();
};
const show = async (state, work) => {
  try { say(state, await work(), false); } catch (error) { say(state, String(error.message), true); }
};
const contactRows = (list) => list.map((one) => [one.firstname + ' ' + one.lastname, one.email, one.company]);
const showContacts = () => show('contacts-state', async () => {
  const list = await ask('/contacts');
  fill('contacts', contactRows(list));
  return list.length + ' contacts';
});
const showReports = () => show('reports-state', async () => {
  const list = await ask('/visitreports');
  fill('reports', list.map((one) => [one.subject, one.result, one.sentiment?.toFixed(1)]));
  return list.length + ' visit reports';
});
document.getElementById('add').addEventListener('submit', (event) => {
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(event.target)));
  show('contacts-state', async () => {
    await ask('/contacts', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    event.target.reset();
    await showContacts();
    return 'added';
  });
});
document.getElementById('find').addEventListener('submit', (event) => {
  event.preventDefault();
  const phrase = new FormData(event.target).get('phrase');
  show('contacts-state', async () => {
    const found = await ask('/search/contacts?phrase=' + encodeURIComponent(phrase));
    fill('contacts', contactRows(found.value));
    return found.count + ' found';
  });
});
showContacts();
showReports();
</script>
</body>
</html>
`;
