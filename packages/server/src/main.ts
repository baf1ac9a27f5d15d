// What still names this file starts the same.
import './main.js';
