// Package dingtalk is a client for the staff directory of DingTalk (钉钉).
//
//	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding…", AppSecret: "…"})
//	user, err := c.GetUserV2(ctx, &dingtalkapi.GetUserV2Request{UserID: "zhangsan"})
//
// A [Client] has a method for every operation of the document specs/dingtalk.yaml; they are those of [dingtalkapi.API],
// with plain arguments and answers and one error to check. On top of them it has what needs more than one call:
// [Client.Users] and [Client.Departments] for the whole corp or a part of it, [Client.DepartmentUsers] for one
// department, [Client.RoleMembers], [Client.Leavers], [Client.FindUserIDs] and the other lists that have pages,
// [Client.AuthorizeURL], [Client.Identify] and [Client.IdentifyInApp] to sign people in.
//
// # Two generations, two hosts
//
// Methods that end in V1 are the older calls (用户管理1.0, 部门管理1.0): the vendor keeps them alive for apps that already hold
// their permissions and grants these to nobody else. Their successors end in V2. Both live on oapi.dingtalk.com, whose
// answers are always HTTP 200 with a code inside. The searches, leavers, accounts of the corp, settings that hide
// people, and most of what concerns tokens live on api.dingtalk.com, which has real HTTP statuses and codes that are
// words. With clients.WithBaseURL both hosts are looked for below that one URL, as a simulator or a proxy serves them;
// [Config].NewHostURL sets the second host apart.
//
// # Credentials
//
// An internal app (企业内部应用) has an AppKey and an AppSecret. A third-party app (第三方企业应用) or custom app has a suite key, a
// suite secret, a ticket that DingTalk pushes to its callback about every five hours, and works for one corp that
// authorised it; its token call is signed anew for each attempt, since DingTalk refuses a clock that is a minute off.
// The client uses one token for both hosts; it lives two hours. DingTalk may well hand out the same token again after
// it refused it: a call is repeated with it once, not for ever.
//
// # Signing in
//
// There are two ways to learn who somebody is, with codes that nothing but their origin tells apart. A page outside of
// DingTalk's app sends the browser to [Client.AuthorizeURL], and [Client.Identify] takes the authCode that comes back.
// A page inside the app asks it for a code, without anybody noticing, and [Client.IdentifyInApp] takes that. Either
// code works once; a repeat is ErrUnauthenticated, and so is one that came too late. Both end in an [Identity] and
// leave no token of the person behind. [Config].UserToken is for programs that hold such tokens themselves.
//
// # Errors
//
// Every error is a [*clients.Error]; test for clients.ErrNotFound, clients.ErrRateLimited and so on with errors.Is. The
// gateway before the newer calls answers errcode 88 and hides the real code in sub_code: Code is the real one ("40014",
// "60121", "InvalidAuthentication"), for which [dingtalkapi.ErrorCode] and [dingtalkapi.NewHostErrorCode] have names.
// Detail is an [*ErrorDetail] with all that came, among it the permissions to apply for. Someone outside of the app's
// contact scope (50002, 50004) is ErrPermission, not ErrNotFound; GetAuthScopes tells what the scope is. A path that
// DingTalk does not know (404, 22) is ErrInvalidArgument, so that a wrong base URL cannot be taken for a user who left.
//
// # Limits
//
// DingTalk takes 20 calls a second from one app for one operation; the client waits rather than exceed them, for each
// operation on its own. Give one limiter to all clients of an app. When DingTalk throttles all the same (90018, 90002),
// the client waits until the time that the message names, or a second. More than 10,000 calls in 20 seconds from one
// address, whoever makes them, ban the address for five minutes: that is ErrRateLimited with RetryAfter and a
// [*dingtalkapi.BanNotice] as Detail, and is not tried again, because only silence helps. The ban may also come as a
// page of HTML, which is ErrBadResponse.
//
// # Pages that shift
//
// DingTalk finds the pages of a department's members by the number of their first row. Whoever is deleted or moved away
// while a department is read makes those behind move up, and some of them are on no page. The lists of members
// ([Client.DepartmentUsers], its neighbours, and what is built on them) make up for that, where a department has more
// than one page (100 people):
//
//   - an app that sees the whole corp asks for all userids of the department after the first page, and once more after
//     the last one if somebody of them was on no page. Each person who is on both lists and was on no page costs a
//     call. Where nobody slid past, that is one call a department. 50002, 50004 and "not found" mean that there is
//     nobody to read;
//   - an app that sees a part of the corp, for which that list names people whom it may not see, or one that has no
//     permission for it, begins each page with the last row of the page before, which is one call more for 99 pages. If
//     the row is another one, it goes back until it meets a row that it knows, half a page at first: a call or two each
//     time that rows have moved.
//
// Which kind an app is costs one call of GetAuthScopes for each client. A department of one page costs nothing.
//
// What remains: whoever joins or is moved into the department meanwhile may be missing, as with every list. An app of
// the second kind also misses people if the corp sorts a department anew while it is read, or if DingTalk one day
// gives cursors that count no rows: then pages cannot overlap and are read as they come.
//
// # Repeats
//
// A call whose answer was lost is sent again only if that is harmless; the older deletes are GETs, which net/http would
// repeat by itself, and this client keeps it from doing so. DingTalk has no idempotency key: give a create a userid of
// your own, so that a repeat of yours ends in ErrConflict (60102) instead of a second user.
package dingtalk
