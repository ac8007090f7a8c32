// Package kso1 signs HTTP requests by KSO-1, the scheme of the WPS 365 open platform (openapi.wps.cn and private
// deployments), and verifies such signatures. It needs the standard library only and can be used without the rest of
// this module:
//
//	client := &http.Client{Transport: &kso1.Transport{Signer: kso1.Signer{AccessKey: appID, SecretKey: appKey}}}
//
// # Algorithm
//
// A signed request has two headers beside its Content-Type:
//
//	X-Kso-Date:          Mon, 02 Jan 2006 15:04:05 GMT
//	X-Kso-Authorization: KSO-1 <APPID>:<signature>
//
// The signature is the HMAC-SHA256, keyed with the APPKEY and written in lower-case hex, of six strings put together
// with nothing between them:
//
//	"KSO-1"        the version
//	method         in capitals
//	request URI    path and query exactly as they go over the wire, escapes included; no host, no fragment,
//	               no "?" without a query
//	content type   the value of the Content-Type header, parameters included; nothing if that header is not sent
//	date           the value of X-Kso-Date
//	body hash      the SHA-256 of the body in lower-case hex; nothing, not the hash of nothing, if the body is empty
//
// All other headers, Authorization among them, can be changed without breaking the signature.
//
// What goes wrong in practice: the bytes that were signed are not those that were sent (JSON encoded twice, "{}" where
// nothing should be); the date ends in "UTC", which is what time.RFC1123 writes; a private deployment lives below a
// path prefix, which the vendor does not sign (see [Signer].PathPrefix); a repeated or redirected request still has its
// old date. The platform checks signatures only when the app's switch for it (安全设置 > 接口签名) is on: a call that passes
// proves nothing while it is off.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/api-description/signature-description
package kso1
