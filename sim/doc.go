// Package sim is a simulator of the staff directories of WeCom, DingTalk, Feishu and WPS 365.
//
// One made-up company, the [Organisation], is served through four wire formats below one listener: /wecom, /dingtalk,
// /feishu and /wps. A person who is deleted through one vendor's interface is gone from the others too. Everything is
// made from a seed, so that two simulators with equal options give equal answers.
//
// The simulator is strict where the vendors are: it issues, expires and refuses tokens, tells one credential's rights
// from another's, counts quotas, checks parameters, and answers with the vendor's own codes and HTTP habits. It shows
// the oddities that real tenants show, such as an absent order or an empty gender.
//
// # In a test
//
//	srv := sim.Serve(t)
//	client, err := wecom.New(wecom.Config{...}, clients.WithBaseURL(srv.WeComURL()))
//
// [Serve] starts a server on the loopback interface and ends it with the test. The server embeds its [Simulator], so
// that a test can look behind the wire:
//
//   - [Simulator.Credentials] has the demo credentials;
//   - [Simulator.Organisation] has the truth that a walk must arrive at;
//   - [Simulator.Inject] makes chosen calls fail in a chosen way, see [Fault];
//   - [Simulator.Provoke] and [WithCause] keep an app from something as people meet it, by a missing permission or a
//     range for instance, see [CauseKind];
//   - [Simulator.Calls] and [Simulator.Requests] say what reached the wire;
//   - [Simulator.RevokeTokens] withdraws tokens before their time;
//   - [WithMiddleware] puts a handler of its own around the vendors, to watch or change what they answer.
//
// Time is the machine's unless [WithClock] gives another; a test that wants an expired token moves its clock.
//
// # Elsewhere
//
// A [Simulator] is an [http.Handler]. [Listen] serves one on an address of choice, for programs in any language.
// [Control] adds an HTTP interface below [ControlPrefix], by which their tests inject faults, provoke causes, revoke
// tokens, move the clock, begin again and read the truth; the command "roster sim" serves it on the loopback interface.
//
// Clients that can be given a host and no path ask at the root: /cgi-bin/user/get is /wecom/cgi-bin/user/get, and so it
// is with every path of the four vendors, since no two of them have paths that begin alike.
package sim
