import '../styles/fonts.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/board.css';
import '../styles/ops.css';
import { livePage } from './page';
import { signIn } from './sign-in';

const app = document.getElementById('app')!;

/** The server says whether who looks is an operator: with the first reading, and with each later one. */
const start = (): void => livePage(app, ({ status }) => signIn(app, status, start));

start();
