// Package roster is the root of the module: typed clients for the staff directories of WeCom, DingTalk, Feishu/Lark and
// WPS 365. The clients are in clients/wecom and its siblings, the types of requests and answers in gen/wecomapi and its
// siblings, and directory has one interface over all vendors. This package holds the wire samples that all of them are
// tested with.
package roster
