import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/notes.css';
import { startPage } from './start/page';

const app = document.getElementById('app')!;
const edited = /^\/d\/([^/]+)\/?$/.exec(location.pathname);

// The start page is in the first chunk, so that it shows at once; the editors, which are large, are fetched when they are needed.
if (edited) {
  void import('./editor/page').then(({ editorPage }) => editorPage(app, decodeURIComponent(edited[1]!)));
} else {
  startPage(app);
}
