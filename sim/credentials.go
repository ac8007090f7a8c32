package sim

import (
	"github.com/roster-go/roster/sim/internal/dingtalk"
	"github.com/roster-go/roster/sim/internal/feishu"
	"github.com/roster-go/roster/sim/internal/wecom"
	"github.com/roster-go/roster/sim/internal/wps"
)

// Credentials are what the demo apps of a simulator identify themselves with. They are the same in every simulator and
// good for nothing else.
type Credentials struct {
	WeCom    WeComCredentials
	DingTalk DingTalkCredentials
	Feishu   FeishuCredentials
	WPS      WPSCredentials
}

// Credentials returns the demo credentials.
func (s *Simulator) Credentials() Credentials {
	return Credentials{
		WeCom:    wecom.Demo(),
		DingTalk: dingtalk.Demo(),
		Feishu:   feishu.Demo(),
		WPS:      wps.Demo(),
	}
}

// WeComCredentials are those of the corp at WeCom: the CorpID; the ContactSecret of the contact sync (通讯录同步), which
// writes and lists ids; AppSecret and AppAgentID of a self-built app (自建应用), which reads details; ProviderAppSecret and
// ProviderAppAgentID of an app that a provider runs for the corp (代开发), which reads details and converts ids, a
// number that does not fit into 32 bits; SuiteID and SuiteSecret of a third-party app (第三方应用) that the corp has
// installed, with SuiteTicket, the ticket pushed to it first, its PermanentCode (永久授权码) and its SuiteAgentID.
type WeComCredentials = wecom.Credentials

// DingTalkCredentials are those of the corp at DingTalk: the CorpID; AppKey, AppSecret and AgentID of the internal app
// (企业内部应用); SuiteKey and SuiteSecret of the third-party app (第三方企业应用), with SuiteTicket, the ticket pushed to it first;
// CustomKey and CustomSecret of the custom app (定制应用), which may use any ticket.
type DingTalkCredentials = dingtalk.Credentials

// FeishuCredentials are those of the tenant at Feishu: the TenantKey; AppID and AppSecret of the self-built app;
// StoreAppID and StoreAppSecret of the store app, which the tenant has installed, with StoreAppTicket, the app_ticket
// that was pushed to it last.
type FeishuCredentials = feishu.Credentials

// WPSCredentials are those of the company at WPS 365: the CompanyID; AppID and AppKey of the self-built app (自建应用),
// which are its client_id and client_secret, and access key and key of its signatures; ThirdPartyAppID and
// ThirdPartyAppKey of the app of a third party (第三方应用), which acts for the company with an app_ticket, see
// WPS.NewAppTicket.
type WPSCredentials = wps.Credentials
