// Package docs builds the reference pages: one HTML file a document, whole and readable offline, rendered by redocly,
// and an index of them.
//
// A page is made from the document with what a reader misses there: the name of each operation beside the vendor's own
// title, its limits and permissions in words, and a curl command that does the whole call, credentials included. Each
// page comes in two forms: one that names the vendor's servers, for reading and publishing, and one in the folder
// [site.Folder] with placeholders, which a simulator fills with its own address and credentials.
package docs
