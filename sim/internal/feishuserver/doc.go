// Package feishuserver is the server's side of specs/feishu.yaml, for the simulator of Feishu (飞书)
// and Lark. [StrictServerInterface] has a method for every operation; [NewStrictHandler] and
// [Handler] serve what implements it.
package feishuserver
