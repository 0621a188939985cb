// The page is whole without this: it only changes the language and opens every step at once.
document.querySelectorAll('[data-lang]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', () => {
    document.body.className = button.dataset.lang;
    document.documentElement.lang = button.dataset.lang === 'zh' ? 'zh-Hans' : 'en';
    document.querySelectorAll('[data-lang]').forEach((one) => one.setAttribute('aria-pressed', one === button));
  });
});
const all = document.getElementById('all');
all.hidden = false;
all.addEventListener('click', () => {
  const steps = [...document.querySelectorAll('details')];
  const open = steps.some((step) => !step.open);
  steps.forEach((step) => { step.open = open; });
  all.setAttribute('aria-expanded', open);
});
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((step) => { step.open = true; }));
