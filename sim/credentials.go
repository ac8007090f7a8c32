package sim

// Credentials are what the demo apps of a simulator identify themselves with. They are the same in every simulator and good
// for nothing else.
type Credentials struct {
	WeCom    WeComCredentials
	DingTalk DingTalkCredentials
	Feishu   FeishuCredentials
	WPS      WPSCredentials
}

// Credentials returns the demo credentials.
func (s *Simulator) Credentials() Credentials {
	return Credentials{
		WeCom:    weComCredentials(),
		DingTalk: dingTalkCredentials(),
		Feishu:   feishuCredentials(),
		WPS:      wpsCredentials(),
	}
}
