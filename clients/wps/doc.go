// Package wps is a client for the staff directory of WPS 365 (金山办公 WPS 365 开放平台, v7).
//
//	c, err := wps.New(wps.Config{AppID: "AK…", AppKey: "…"})
//	user, err := c.GetUser(ctx, "KBx81LmQ", nil)
//
// A [Client] has a method for every operation of the document specs/wps.yaml; they are those of [wpsapi.API], with
// plain arguments and answers and one error to check. On top of them it has what needs more than one call:
// [Client.Users] and [Client.Departments] for the whole company or a part of it, [Client.DepartmentUsers] and
// [Client.ChildDepartments] for one department, [Client.UsersByID] and the other look-ups of many. They ask for people
// in every state but dimission (has left); [Client.WithStatus] asks for others.
//
// # Credentials
//
// APPID and APPKEY of a self-built app (自建应用) do two things: they fetch the app's token for the company, and they sign
// each call by KSO-1, anew for every attempt (package kso1, which can be used alone). GetCurrentUser and
// GetCurrentUserID need the token of a signed-in person instead: [Client.ExchangeCode] and [Config].User.
//
// To sign people in, and nothing more, send the browser to [Client.AuthorizeURL] and give the code that it brings back
// to [Client.Identify], which tells who it is. [Config].RedirectURI must be set for that.
//
// What an app may do depends on three things, and the vendor tells them apart badly. A scope (能力权限) that is missing is
// ErrPermission with the code 400000003 and [ErrorDetail].Scopes; the company's edition (套餐) that lacks a capability is
// 403000001 with [ErrorDetail].Privilege; a department outside of the data permission (数据权限) is often no error at all:
// lists are then shorter or empty. [Client.PermissionEntities] tells what the data permission covers. email, phone and
// gender need scopes of their own and are left out without them.
//
// # Errors
//
// Every error is a [*clients.Error]; test for clients.ErrPermission, clients.ErrRateLimited and so on with errors.Is.
// Its Code is the vendor's ("403000001"), for which [wpsapi.ErrorCode] has names; its Detail is an [*ErrorDetail]. What
// is not in that list is judged by HTTP status, by the code's first three digits and by words of the text;
// [Config].Codes adds what you know better. An unknown or invisible user may be answered by 403000001 rather than by
// 400001006 (UserNotExists).
//
// Too many calls (400000001) and what is locked (400000005) are repeated later, since nothing was done.
//
// A token that was refused is renewed and the call repeated once. A refused signature is not repeated: the key, the
// clock or the path prefix is wrong, and ErrorDetail.ClockAhead tells whether it is the clock.
//
// # Private deployments
//
// They live at the customer's own domain, below /openapi:
//
//	c, err := wps.New(cfg, clients.WithBaseURL("https://wps.customer.example/openapi"))
//
// A base URL whose path ends in /openapi is signed without that path, a gateway's prefix before it included; any other
// path is signed. [Config].UnsignedPathPrefix overrules that. Of 404000001 (route not found) and refused signatures, a
// wrong prefix is the usual cause.
//
// # Limits
//
// Ten calls a second are documented for GetRootDept and assumed for each other operation; the client waits rather than
// exceed them. Lists come in pages of 50 at most, lookups take 50 ids at a time.
//
// A new department's id comes under one of two keys, and so do new attributes': [NewDeptID] and [NewAttrIDs] read both.
//
// Nearly every read demands a status, so that the iterators ask for active, notactive and disabled unless told
// otherwise. People who have left (dimission) can be listed on private deployments only.
//
// # Changes and leavers
//
// [Client.UserChanges] and [Client.DepartmentChanges] tell who and what was created, changed or deleted since a time,
// and [Client.FormerUsersByID] reads people who have left, whose ids the changes name. They and the other operations
// that only the vendor's machine-readable description has (search, parents, visibility, partners, attributes of
// departments) may be missing from private deployments: the answer is then 404000001 (route not found).
package wps
