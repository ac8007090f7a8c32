// Package change tells what an edit of the documents means for those who use them: it holds the OpenAPI
// documents and the public Go packages of a working tree against those of a git commit, and sorts the differences into
// those that break a user and those that do not.
//
// It is a module of its own, so that what it needs (oasdiff, apidiff) is not needed by anybody who imports the clients.
package change
