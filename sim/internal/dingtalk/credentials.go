package dingtalk

// Credentials are those of the corp at DingTalk.
type Credentials struct {
	CorpID    string // corpId
	AppKey    string // of the internal app (企业内部应用)
	AppSecret string
	AgentID   int64

	SuiteKey    string // of the third-party app (第三方企业应用)
	SuiteSecret string
	SuiteTicket string // the ticket pushed to it first; see DingTalk.PushTicket

	CustomKey    string // of the custom app (定制应用), which may use any ticket
	CustomSecret string
}

// Demo returns the credentials that the simulator takes.
func Demo() Credentials {
	return Credentials{
		CorpID:       "dingdemo5f1e0decafc0ffee",
		AppKey:       "dingdemoappkey000001",
		AppSecret:    "demo-dingtalk-app-secret-0000000000000000000000000000000000000004",
		AgentID:      4100000001,
		SuiteKey:     "suitedemokey00000001",
		SuiteSecret:  "demo-dingtalk-suite-secret-00000000000000000000000000000000000005",
		SuiteTicket:  "DemoSuiteTicket",
		CustomKey:    "customdemokey0000001",
		CustomSecret: "demo-dingtalk-custom-secret-0000000000000000000000000000000000006",
	}
}
