// Package dingtalkserver is the server's side of specs/dingtalk.yaml, for the simulator of DingTalk
// (钉钉). [StrictServerInterface] has a method for every operation; [NewStrictHandler] and [Handler]
// serve what implements it.
package dingtalkserver
