// Package wecom is a client for the staff directory of WeCom (企业微信).
//
//	c, err := wecom.New(wecom.Config{CorpID: "ww…", ContactSecret: "…", AppSecret: "…"})
//	user, err := c.GetUser(ctx, &wecomapi.GetUserParams{UserID: "zhangsan"})
//
// A [Client] has a method for every operation of the document specs/wecom.yaml; they are those of [wecomapi.API], with
// plain arguments and answers and one error to check. On top of them it has what needs more than one call:
// [Client.Users] and [Client.Departments] for the whole corp or a part of it, [Client.DepartmentUsers] for one
// department, [Client.UserRows] for ids, [Client.SyncUsers], [Client.ReplaceUsers] and [Client.ReplaceDepartments] for
// the batch jobs, [Client.Upload] for files.
//
// # Two secrets
//
// WeCom gives no one secret the right to do everything. The contact-sync secret (通讯录同步) writes members and departments,
// runs batch jobs and lists ids; since August 2022 it cannot read details from new addresses (code 48009). The secret
// of a self-built app (自建应用) reads the details of whom the app may see, and cannot write (48002). Give both, and each
// call takes the one that the document names for it. A call whose secret is not set fails before anything is sent.
//
// # Errors
//
// Every error is a [*clients.Error]; test for clients.ErrNotFound, clients.ErrRateLimited and so on with errors.Is. Its
// Code is WeCom's errcode ("60111"), for which [wecomapi.ErrorCode] has names; its RequestID is the hint that WeCom's
// support asks for; its Detail is an [*ErrorDetail]. Someone outside of the app's visible range is ErrPermission, not
// ErrNotFound.
//
// # Limits
//
// WeCom allows a corp 10,000 calls of one operation a minute and 150,000 an hour; the client waits rather than exceed
// them. When WeCom says that the quota is used up (45009) the client waits a minute and tries again, twice at most; a
// caller that does not want to wait so long sets [clients.Retry].MaxWait or a deadline.
//
// # Batch jobs
//
// Unless told otherwise, WeCom invites imported members by mail and text message, and a replacing import deletes
// everybody who is not in the file. The batch methods reverse both defaults.
package wecom
