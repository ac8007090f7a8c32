// Package feishu is a client for the staff directory of Feishu (飞书) and of Lark, its twin outside of China.
//
//	c, err := feishu.New(feishu.Config{AppID: "cli_…", AppSecret: "…"})
//	answer, err := c.GetUser(ctx, "ou_…", nil)
//
// A [Client] has a method for every operation of the document specs/feishu.yaml; they are those of [feishuapi.API],
// with plain arguments and answers and one error to check. On top of them it has what needs more than one call:
// [Client.Users] and [Client.Departments] for the whole company or a part of it, [Client.UsersInRange] for what the app
// may see of it, [Client.DepartmentUsers] for one department, [Client.UsersByID] and the other look-ups of many, and
// [Client.JSAPISignature] for web pages. Lark has the same operations on another host, with apps and tenants of its
// own: give clients.WithBaseURL(feishu.LarkBaseURL).
//
// # Who is calling
//
// The app calls as itself (tenant_access_token) unless told otherwise. Some operations take a person's token as well
// and then show what that person may see; [AsUser] asks for that. Searches take nothing else. Whose token it is, and
// how it is renewed, says Config.UserToken; where a person's consent comes from, [Client.ConsentURL]. A call whose
// credential is not set fails before anything is sent.
//
// # Kinds of ids
//
// A person has three ids: open_id (ou_…, another one for each app), union_id (on_…, the same for all apps of a vendor)
// and user_id (of the tenant, and given to somebody else after its owner has left). A department has two:
// open_department_id (od-…) and department_id. Feishu takes and answers open ids unless an operation's parameters say
// otherwise, and calls an id of the wrong kind unknown. [Client.WithIDTypes] sets the kinds for the iterators and
// look-ups. The root department is "0" in both kinds; who belongs to the root itself is in no department below it.
//
// # Errors
//
// Every error is a [*clients.Error], alone or inside of a [*clients.PageError]; test for clients.ErrNotFound,
// clients.ErrRateLimited and so on with errors.Is. Its Code is Feishu's ("99991672"), for which [feishuapi.ErrorCode]
// has names, but some numbers mean different things on different operations; its RequestID is the log id that Feishu's
// support asks for; its Detail is an [*ErrorDetail], with the scopes that are missing and the fields that were refused.
// The code alone decides: HTTP 401 and 504 can be plain refusals, and a dead token comes as HTTP 400 or 200.
//
// A limit that is reached (seats, members of a department) is ErrConflict, a feature that the tenant's plan or settings
// lack is ErrPermission. Codes 44054 to 44059 say that the user was written and only a new city or job title was not;
// such an error satisfies [IsPartial], and repeating the call would be wrong.
//
// # Limits
//
// Most operations allow an app 50 calls a second and 1000 a minute in one tenant, and the client waits rather than
// exceed them; moving and freezing people goes one by one, one a second. When Feishu says "too many" (99991400) the
// client waits for as long as Feishu names. The quota of the month (99991403) is not waited for.
//
// # Lost answers
//
// CreateUser and CreateDepartment carry a client_token, made once for each call unless the caller gives one, so that
// they are safely repeated when an answer is lost. Other writes are not: read before repeating.
package feishu
