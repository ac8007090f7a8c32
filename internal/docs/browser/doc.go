// Package browser has no code of its own: its test opens the reference pages that "roster sim" serves in a headless
// Chromium.
package browser
