// Package wecom is a client for the staff directory of WeCom (企业微信).
//
//	c, err := wecom.New(wecom.Config{CorpID: "ww…", ContactSecret: "…", AppSecret: "…"})
//	user, err := c.GetUser(ctx, &wecomapi.GetUserParams{UserID: "zhangsan"})
//
// A [Client] has a method for every operation of the document specs/wecom.yaml; they are those of [wecomapi.API], with
// plain arguments and answers and one error to check. On top of them it has what needs more than one call:
// [Client.Users] and [Client.Departments] for the whole corp or a part of it, [Client.DepartmentUsers] for one
// department, [Client.UserRows] for ids, [Client.Tags], [Client.SyncUsers], [Client.ReplaceUsers] and
// [Client.ReplaceDepartments] for the batch jobs, [Client.ExportUsers] and its kin for the whole corp in one job,
// [Client.Upload] for files, [Client.AuthorizeURL] and [Client.Identify] for sign-in.
//
// # Two secrets
//
// WeCom gives no one secret the right to do everything. The contact-sync secret (通讯录同步) writes members and departments,
// runs batch jobs and lists ids; since August 2022 it cannot read details from new addresses (code 48009). The secret
// of a self-built app (自建应用) reads the details of whom the app may see, and cannot write (48002). Give both, and each
// call takes the one that the document names for it. A call whose secret is not set fails before anything is sent.
//
// A third-party app (第三方应用) has neither: give Config.SuiteID, SuiteSecret and SuiteTicket, which settle
// authorisations (GetPreAuthCode, GetPermanentCode, GetAuthInfo) and tell who has signed in, and for one corp's
// directory its AuthCorpID and PermanentCode as well. The client gets and renews both tokens by itself.
//
// A tag belongs to whoever made it: the contact-sync secret writes the tags of the console, an app those that it has
// made itself (60011 otherwise), and each sees its own and what it was allowed to see. Tag calls take the contact-sync
// secret if it is set; clients.WithScheme(ctx, "appToken") picks the app's for a call.
//
// # Sign-in
//
// [Client.AuthorizeURL] is where a browser is sent, for a page inside WeCom's app or for one with a QR code, and
// [Client.Identify] tells who came back. Three things are the caller's:
//
//   - State is a fresh random value that is tied to the browser's session; compare it before the code is looked at.
//   - A code works once and for five minutes, so nothing may call Identify with the same code again: neither a reload
//     of the page nor a retry. A spent one is ErrUnauthenticated with code 40029, 42003 or 42022.
//   - Anybody who has WeChat can open a page: [Identity].External marks those who are not of one's own corp.
//
// # Exports
//
// [Client.ExportUsers], [Client.ExportUserNames], [Client.ExportDepartments] and [Client.ExportTag] start a job at
// WeCom, wait for it, fetch its files, decrypt them and yield what is in them. The key is made for each job, and nobody
// but WeCom gets it. The files come from another host than the API's: they are fetched without any credential, over
// HTTPS alone, and each within [clients.WithMaxResponseBytes].
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
