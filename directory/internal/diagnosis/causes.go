package diagnosis

// The consoles.
const (
	weComConsole    = "管理后台 (admin console), https://work.weixin.qq.com/wework_admin/frame"
	dingTalkConsole = "开发者后台 (developer console), https://open-dev.dingtalk.com"
	feishuConsole   = "开发者后台 (developer console), https://open.feishu.cn/app; Lark: https://open.larksuite.com/app"
	wpsConsole      = "开发者后台 (developer console), https://open.wps.cn"
	machine         = "this machine (本机)"

	weComApp    = "应用管理 > 应用 > 自建 > the app (App Management > Apps > Self-built)"
	dingTalkApp = "应用开发 > 企业内部应用 > the app (App Development > Internal Apps)"
	feishuApp   = "the app (应用详情)"
	wpsApp      = "应用管理 > the app (App Management)"
)

// Causes returns all causes, in the order in which a sync meets them.
func Causes() []Cause {
	return []Cause{
		{
			ID: CredentialsRefused, Severity: Error,
			Symptom: Text{"No call works: every one ends with \"no token\" or \"unauthenticated\".",
				"任何调用都失败，报“no token”或“unauthenticated”。"},
			Seen: Text{"the vendor refuses {credentials} (code {code})",
				"厂商拒绝了 {credentials}（错误码 {code}）"},
			Means: Text{"Nothing can be read. Do not try again and again: vendors block addresses that keep sending " +
				"a " +
				"wrong secret.", "什么都读不到。不要反复重试：连续发送错误的密钥会导致 IP 被封。"},
			Places: []Place{
				{weCom, weComConsole, "我的企业 > 企业信息 (My Company); " + weComApp, "企业ID (corp id); Secret",
					Text{"Copy 企业ID into Config.CorpID (WECOM_CORP_ID) and the app's Secret into Config.AppSecret " +
						"(WECOM_APP_SECRET). If both are right, the secret was reset: take the new one.",
						"把“企业ID”填入 Config.CorpID（WECOM_CORP_ID），把应用的 Secret 填入 Config.AppSecret" +
							"（WECOM_APP_SECRET）。如果都没错，说明 Secret 已被重置，请换成新的。"}, "doc"},
				{dingTalk, dingTalkConsole, dingTalkApp + " > 凭证与基础信息 (Credentials & Basic Info)",
					"Client ID (原 AppKey); Client Secret (原 AppSecret)",
					Text{"Copy Client ID into Config.AppKey (DINGTALK_APP_KEY) and Client Secret into " +
						"Config.AppSecret " +
						"(DINGTALK_APP_SECRET), both from the same app. CorpId, AgentId and SuiteKey are not AppKeys.",
						"把同一个应用的 Client ID 填入 Config.AppKey（DINGTALK_APP_KEY），Client Secret 填入 " +
							"Config.AppSecret（DINGTALK_APP_SECRET）。CorpId、AgentId、SuiteKey 都不是 AppKey。"}, "doc"},
				{feishu, feishuConsole, feishuApp + " > 凭证与基础信息 (Credentials & Basic Info)",
					"App ID; App Secret",
					Text{"Copy App ID (cli_…) into Config.AppID (FEISHU_APP_ID) and App Secret into Config.AppSecret " +
						"(FEISHU_APP_SECRET). An app made at open.larksuite.com works only there: set " +
						"FEISHU_BASE_URL to " +
						"https://open.larksuite.com/open-apis (clients.WithBaseURL(feishu.LarkBaseURL)); an app made " +
						"at " +
						"open.feishu.cn works only without it.",
						"把 App ID（cli_…）填入 Config.AppID（FEISHU_APP_ID），App Secret 填入 Config.AppSecret" +
							"（FEISHU_APP_SECRET）。在 open.larksuite.com 创建的应用只能在那里使用：把 FEISHU_BASE_URL 设为 " +
							"https://open.larksuite.com/open-apis；在 open.feishu.cn 创建的应用则不要设置。"}, "doc"},
				{wps, wpsConsole, wpsApp + " > 应用凭证 (Credentials)", "APPID; APPKEY",
					Text{"Copy APPID into Config.AppID (WPS_APP_ID) and APPKEY into Config.AppKey (WPS_APP_KEY). A " +
						"reset " +
						"of the APPKEY ends the old one at once. On a private deployment take both from its own " +
						"console.",
						"把 APPID 填入 Config.AppID（WPS_APP_ID），APPKEY 填入 Config.AppKey（WPS_APP_KEY）。" +
							"重置 APPKEY 后旧值立即失效。私有化部署请使用其自己后台里的值。"}, "peer"},
			},
		},
		{
			ID: SecretOfAnotherKind, Severity: Error,
			Symptom: Text{"Tokens are given out, but reading people is refused (WeCom 48009, 48002); or the token " +
				"itself " +
				"is refused as being for another type of app.",
				"能拿到 token，但读取成员被拒绝（企业微信 48009、48002）；或者提示应用类型不对、拿不到 token。"},
			Seen: Text{"{credentials} belongs to another kind of app than is needed (code {code})",
				"{credentials} 属于另一类应用（错误码 {code}）"},
			Means: Text{"The credential is genuine, and none of this directory's calls may be made with it.",
				"凭证本身有效，但不能用于读取通讯录。"},
			Places: []Place{
				{weCom, weComConsole, weComApp + "; for the other secret 管理工具 > 通讯录同步 (Tools > Contacts Sync)",
					"Secret",
					Text{"Config.AppSecret (WECOM_APP_SECRET) is the Secret on the page of a self-built app (自建应用). " +
						"Config.ContactSecret (WECOM_CONTACT_SECRET) is that of 通讯录同步, which since 15 August 2022 " +
						"reads " +
						"ids only. Swap them if they are the wrong way round.",
						"Config.AppSecret（WECOM_APP_SECRET）是自建应用页面上的 Secret；Config.ContactSecret" +
							"（WECOM_CONTACT_SECRET）是“通讯录同步”的 Secret，自 2022 年 8 月 15 日起只能读取 ID。" +
							"如果填反了，请对调。"}, "doc"},
				{dingTalk, dingTalkConsole, dingTalkApp + " > 凭证与基础信息 (Credentials & Basic Info)",
					"Client ID (原 AppKey), not SuiteKey or CorpId",
					Text{"Create or open an internal app (企业内部应用) and use its Client ID and Client Secret. A " +
						"third-party app's SuiteKey and SuiteSecret belong into Config.SuiteKey and " +
						"Config.SuiteSecret.",
						"创建或打开“企业内部应用”，使用它的 Client ID 和 Client Secret。第三方企业应用的 SuiteKey、" +
							"SuiteSecret 应填入 Config.SuiteKey、Config.SuiteSecret。"}, "doc"},
				{feishu, feishuConsole, "创建企业自建应用 (Create Custom App)", "企业自建应用 (Custom App)",
					Text{"Create a custom app (企业自建应用) and use its App ID and App Secret. Those of a store app (商店应" +
						"用) " +
						"get no token this way.",
						"创建“企业自建应用”，使用它的 App ID 和 App Secret。商店应用的凭证无法这样换取 token。"}, "doc"},
				{wps, wpsConsole, "应用管理 > 创建应用 (Create App)", "自建应用 (self-built app)",
					Text{"Create a self-built app (自建应用) and use its APPID and APPKEY. A third-party app (服务商应用) " +
						"gets a " +
						"token that belongs to no company unless it brings an app_ticket: see Config.TenantToken.",
						"创建“自建应用”，使用它的 APPID 和 APPKEY。服务商应用没有 app_ticket 时拿到的 token " +
							"不属于任何企业：参见 Config.TenantToken。"}, "peer"},
			},
		},
		{
			ID: AppMismatch, Severity: Error,
			Symptom: Text{"GetAgent is refused (301002, 40056), and so is an export.",
				"GetAgent 被拒绝（301002、40056），导出也随之失败。"},
			Seen: Text{"the secret does not belong to the app with the AgentId that was given (code {code})",
				"密钥不属于所填 AgentId 的应用（错误码 {code}）"},
			Means: Text{"The app's range cannot be asked for, and a walk without it ends in an error.",
				"无法查询应用的可见范围，遍历会以错误结束。"},
			Places: []Place{
				{weCom, weComConsole, weComApp, "AgentId; Secret",
					Text{"Copy AgentId and Secret from the page of the same app into Config.AgentID (WECOM_AGENT_ID) " +
						"and " +
						"Config.AppSecret (WECOM_APP_SECRET).",
						"把同一个应用页面上的 AgentId 和 Secret 分别填入 Config.AgentID（WECOM_AGENT_ID）和 " +
							"Config.AppSecret（WECOM_APP_SECRET）。"}, "doc"},
			},
		},
		{
			ID: AddressRefused, Severity: Error,
			Symptom: Text{"It works on one machine and not on another, or stopped when the server moved.",
				"在一台机器上能用，在另一台上不行；或服务器迁移后不能用了。"},
			Seen: Text{"the vendor does not take calls from the address {address} (code {code})",
				"厂商不接受来自地址 {address} 的调用（错误码 {code}）"},
			Means: Text{"Nothing can be read from this machine.", "在这台机器上什么都读不到。"},
			Places: []Place{
				{weCom, weComConsole, weComApp + "; for the contact sync 管理工具 > 通讯录同步 (Tools > Contacts Sync)",
					"企业可信IP (trusted IPs)",
					Text{"Add {address} to 企业可信IP at the bottom of the app's page; it takes about a minute. It must " +
						"be " +
						"an address of the company's own. A trusted domain (可信域名) or callback has to be set first.",
						"在应用详情页底部的“企业可信IP”中添加 {address}，约一分钟后生效。必须是本企业的 IP；" +
							"需要先设置可信域名或接收消息服务器。"}, "doc"},
				{dingTalk, dingTalkConsole, dingTalkApp + " > 安全设置 (Security Settings), 开发管理 in older apps",
					"服务器出口IP (outbound IP of the server)",
					Text{"Add {address} to 服务器出口IP and save.",
						"在“服务器出口IP”中添加 {address} 并保存。"}, "peer"},
				{feishu, feishuConsole, feishuApp + " > 安全设置 (Security Settings)", "IP 白名单 (IP allowlist)",
					Text{"Add {address} to IP 白名单 (single public IPv4 addresses only; it holds at once), or empty " +
						"the " +
						"list to allow all.",
						"在“IP 白名单”中添加 {address}（只支持单个公网 IPv4 地址，立即生效），或清空名单以允许所有地址。"},
					"doc"},
				{wps, wpsConsole, wpsApp + " > 安全设置 (Security Settings)", "IP 白名单 (IP allowlist)",
					Text{"Add {address} to IP 白名单, or switch the list off.",
						"在“IP 白名单”中添加 {address}，或关闭白名单。"}, "guess"},
			},
		},
		{
			ID: AddressBanned, Severity: Error,
			Symptom: Text{"Everything is refused for some minutes, by answers without any error code.",
				"几分钟内所有请求都被拒绝，返回里没有错误码。"},
			Seen: Text{"the vendor has banned this machine's address for a while", "厂商暂时封禁了本机的地址"},
			Means: Text{"Nothing can be read until the ban ends. It comes from too many calls of all programs behind " +
				"the " +
				"address.", "封禁结束前什么都读不到。原因是该地址后的所有程序调用过多。"},
			Places: []Place{
				{dingTalk, machine, "every program that calls DingTalk from here", "number of calls",
					Text{"Wait five minutes. Then make all programs behind the address stay under 10,000 calls in 20 " +
						"seconds, and 20 a second for each app and call.",
						"等待五分钟。之后让该地址后的所有程序合计不超过每 20 秒 1 万次，每个应用的每个接口不超过每秒 20 次。"},
					"doc"},
			},
		},
		{
			ID: AppDisabled, Severity: Error,
			Symptom: Text{"It stopped from one day to the next for all calls.", "某天起所有调用都失败。"},
			Seen:    Text{"the app is switched off, or not released (code {code})", "应用已停用或未发布（错误码 {code}）"},
			Means: Text{"Nothing can be read until an administrator switches the app on.",
				"管理员启用应用之前什么都读不到。"},
			Places: []Place{
				{weCom, weComConsole, weComApp, "启用应用 (enable), 已停用 while it is off",
					Text{"Open the app and switch it on (启用). If the whole company is blocked, write to WeCom's " +
						"support.",
						"打开应用并点“启用”。如果是整个企业被封禁，请联系企业微信客服。"}, "doc"},
				{dingTalk, dingTalkConsole, dingTalkApp + " > 版本管理与发布 (Version Management & Release)",
					"发布 (release); 启用 (enable)",
					Text{"Have an administrator enable the app at https://oa.dingtalk.com under 工作台 > 应用管理 " +
						"(Workplace > App " +
						"Management). If it was never released, create a version and release it (发布).",
						"请管理员在 https://oa.dingtalk.com 的“工作台 > 应用管理”中启用应用。如果从未发布，请创建版本并发布。"}, "doc"},
				{feishu, "管理后台 (admin console), https://www.feishu.cn/admin",
					"工作台 > 应用管理 > the app (Workplace > App Management)", "启用 (enable)",
					Text{"Have an administrator open the app there and enable it (启用).",
						"请管理员在“应用管理”中打开该应用并启用。"}, "doc"},
				{wps, wpsConsole, wpsApp + " > 应用发布 (Release)", "发布 (release); 启用 (enable)",
					Text{"Release the app and have an administrator of the company approve it at https://365.wps.cn " +
						"under " +
						"应用管理 (App Management); if it is released, have it enabled (启用) there.",
						"发布应用，并由企业管理员在 https://365.wps.cn 的“应用管理”中审批通过；如果已发布，请在那里启用。"}, "peer"},
			},
		},
		{
			ID: AppUnpublished, Severity: Error,
			Symptom: Text{"It never worked since the app was made: every call is refused.", "应用创建后从未成功过，所有调用都被拒绝。"},
			Seen: Text{"the app is not released or not installed in the company (code {code})",
				"应用未发布，或企业未安装该应用（错误码 {code}）"},
			Means: Text{"Nothing can be read until the app is released.", "应用发布之前什么都读不到。"},
			Places: []Place{
				{feishu, feishuConsole, feishuApp + " > 版本管理与发布 (Version Management & Release)",
					"创建版本 (Create a version); 申请发布 (Request release)",
					Text{"Create a version, request its release, and have an administrator approve it at " +
						"https://www.feishu.cn/admin under 工作台 > 应用审核 (Workplace > App Review).",
						"创建版本并申请发布，由管理员在 https://www.feishu.cn/admin 的“工作台 > 应用审核”中通过。"}, "doc"},
			},
		},
		{
			ID: BaseURLWrong, Severity: Error,
			Symptom: Text{"Answers are pages in HTML, \"404\" or nothing at all.", "返回 HTML 页面、“404”或没有响应。"},
			Seen: Text{"what answers at {address} is not the vendor's interface ({why})",
				"{address} 处的服务不是厂商的接口（{why}）"},
			Means: Text{"Nothing can be read.", "什么都读不到。"},
			Places: []Place{
				{weCom, machine, "WECOM_BASE_URL, clients.WithBaseURL", "base URL (接口地址)",
					Text{"Leave the base URL out for the public WeCom. On a private deployment it ends in /cgi-bin: " +
						"https://your.host/cgi-bin; plain http there wants WECOM_PLAIN_HTTP=1 (clients.WithPlainHTTP).",
						"公有云企业微信不要设置接口地址。私有化部署应以 /cgi-bin 结尾：https://your.host/cgi-bin；" +
							"若使用明文 http，还需 WECOM_PLAIN_HTTP=1（clients.WithPlainHTTP）。"}, "doc"},
				{dingTalk, machine, "DINGTALK_BASE_URL, clients.WithBaseURL", "base URL (接口地址)",
					Text{"Leave the base URL out for the public DingTalk. A proxy in between must pass on both " +
						"oapi.dingtalk.com and api.dingtalk.com (Config.NewHostURL); one on plain http wants " +
						"DINGTALK_PLAIN_HTTP=1 (clients.WithPlainHTTP).",
						"公有云钉钉不要设置接口地址。中间的代理必须同时转发 oapi.dingtalk.com 和 api.dingtalk.com" +
							"（Config.NewHostURL）；若使用明文 http，还需 DINGTALK_PLAIN_HTTP=1（clients.WithPlainHTTP）。"}, "doc"},
				{feishu, machine, "FEISHU_BASE_URL, clients.WithBaseURL", "base URL (接口地址)",
					Text{"Leave the base URL out for Feishu; for Lark it is https://open.larksuite.com/open-apis. It " +
						"ends in /open-apis. A proxy on plain http wants FEISHU_PLAIN_HTTP=1 (clients.WithPlainHTTP).",
						"飞书不要设置接口地址；Lark 设为 https://open.larksuite.com/open-apis。地址以 /open-apis 结尾。" +
							"代理若使用明文 http，还需 FEISHU_PLAIN_HTTP=1（clients.WithPlainHTTP）。"}, "doc"},
				{wps, machine, "WPS_BASE_URL, clients.WithBaseURL", "base URL (接口地址)",
					Text{"Leave the base URL out for the public cloud. On a private deployment it ends in /openapi: " +
						"https://your.host/openapi; that prefix is not signed (Config.UnsignedPathPrefix). Plain " +
						"http there wants WPS_PLAIN_HTTP=1 (clients.WithPlainHTTP).",
						"公有云不要设置接口地址。私有化部署应以 /openapi 结尾：https://your.host/openapi；" +
							"该前缀不参与签名（Config.UnsignedPathPrefix）。若使用明文 http，还需 WPS_PLAIN_HTTP=1" +
							"（clients.WithPlainHTTP）。"}, "doc"},
			},
		},
		{
			ID: SignatureRefused, Severity: Error,
			Symptom: Text{"Tokens are given out, and every call with them is refused for its signature.",
				"能拿到 token，但每个调用都因签名被拒绝。"},
			Seen: Text{"the vendor refuses the KSO-1 signature of calls; its clock is {ahead} this machine's",
				"厂商拒绝了 KSO-1 签名；其时钟与本机相比：{ahead}"},
			Means: Text{"Nothing can be read.", "什么都读不到。"},
			Places: []Place{
				{wps, wpsConsole, wpsApp + " > 安全设置 (Security Settings)", "接口签名 (interface signature)",
					Text{"Sign the calls (Config.Signing: wps.SignAlways, the default) with the app's own APPKEY " +
						"(WPS_APP_KEY), or switch 接口签名 off. On a private deployment set Config.UnsignedPathPrefix to " +
						"the " +
						"part of the base URL that a gateway adds. If the clocks differ, set this machine's, or " +
						"Config.FollowServerClock.",
						"用该应用自己的 APPKEY（WPS_APP_KEY）给请求签名（Config.Signing 默认即签名），或关闭“接口签名”。" +
							"私有化部署请把网关加上的路径前缀填入 Config.UnsignedPathPrefix。时钟不一致时请校准本机时间，" +
							"或打开 Config.FollowServerClock。"}, "doc"},
			},
		},
		{
			ID: ClockOff, Severity: Warning,
			Symptom: Text{"Tokens run out too early or are used after their end; signatures are refused now and then.",
				"token 过早失效或过期后仍被使用；签名偶尔被拒绝。"},
			Seen: Text{"the vendor's clock is {ahead} this machine's", "厂商的时钟与本机相比：{ahead}"},
			Means: Text{"Signed calls are refused beyond about a minute, and times in snapshots are wrong.",
				"偏差超过约一分钟时签名会被拒绝，快照里的时间也不准。"},
			Places: clockPlaces(),
		},
		{
			ID: EditionLacks, Severity: Error,
			Symptom: Text{"A call is refused although the app has every permission.", "应用权限齐全，某个调用仍被拒绝。"},
			Seen: Text{"{operation} is refused since the company's edition lacks {privilege} (code {code})",
				"{operation} 被拒绝：企业的套餐不包含 {privilege}（错误码 {code}）"},
			Means: Text{"No permission of the app helps. {what} cannot be read until the company's plan includes it.",
				"给应用开权限也没有用。企业升级套餐之前无法读取{what}。"},
			Places: []Place{
				{weCom, weComConsole, "我的企业 > 企业信息 (My Company)", "认证与版本 (verification and edition)",
					Text{"Verify the company or buy the edition that has the interface, then try again.",
						"完成企业认证或购买包含该接口的版本后重试。"}, "guess"},
				{dingTalk, "管理后台 (admin console), https://oa.dingtalk.com", "企业信息 > 版本 (Company > Edition)",
					"钉钉版本 (edition)",
					Text{"Buy an edition with the interface, then try again.", "购买包含该接口的版本后重试。"}, "guess"},
				{feishu, "管理后台 (admin console), https://www.feishu.cn/admin", "费用中心 > 版本 (Billing > Plan)",
					"飞书版本 (plan)",
					Text{"Upgrade the plan or have the feature switched on for the company, then try again.",
						"升级版本，或为企业开通该功能后重试。"}, "guess"},
				{wps, "管理后台 (admin console), https://365.wps.cn", "企业设置 > 套餐 (Company Settings > Plan)",
					"开放能力 (open capabilities of the plan)",
					Text{"Ask WPS or the company's administrator for an edition (套餐) with {privilege}.",
						"请向 WPS 或企业管理员申请包含 {privilege} 的套餐。"}, "peer"},
			},
		},
		{
			ID: PermissionMissing, Severity: Error,
			Symptom: Text{"One kind of call is refused, others work: departments come and people do not, or the " +
				"other " +
				"way round.", "某一类调用被拒绝，其他的正常：有部门没有人员，或者相反。"},
			Seen: Text{"the app may not call {operation}, which needs {permissions}",
				"应用不能调用 {operation}，需要 {permissions}"},
			Means: Text{"A sync cannot read {what}.", "同步无法读取{what}。"},
			Places: []Place{
				{weCom, weComConsole, weComApp, "可见范围 (visible range); Secret of a self-built app",
					Text{"Use the Secret of a self-built app (自建应用) in Config.AppSecret (WECOM_APP_SECRET), and give " +
						"that " +
						"app a visible range. Apps of other kinds may not read the directory.",
						"Config.AppSecret（WECOM_APP_SECRET）请使用自建应用的 Secret，并为该应用设置可见范围。" +
							"其他类型的应用不能读取通讯录。"}, "doc"},
				{dingTalk, dingTalkConsole, dingTalkApp + " > 权限管理 > 通讯录管理 (Permissions > Contacts)",
					"{permission}",
					Text{"Search for {permission}, press 申请权限 (request), and release a version if the console asks " +
						"for one.",
						"搜索 {permission}，点“申请权限”，如控制台要求则发布新版本。"}, "doc"},
				{feishu, feishuConsole, feishuApp + " > 权限管理 (Permissions & Scopes)",
					"开通权限 (Add permission scopes to app): {permission}",
					Text{"Press 开通权限, choose 应用身份权限 (tenant token scopes), search for {permission} and add " +
						"it. " +
						"Then 版本管理与发布 (Version Management & Release) > 创建版本, and have it approved: without a release " +
						"a " +
						"permission that needs approval does not hold.",
						"点“开通权限”，选“应用身份权限”，搜索 {permission} 并开通。然后在“版本管理与发布”中创建版本并通过审核：" +
							"需要审核的权限在发布之前不生效。"}, "doc"},
				{wps, wpsConsole, wpsApp + " > 权限管理 > 能力权限 (Permissions > Capabilities)", "{permission}",
					Text{"Add {permission} as 应用授权 (app authorization), " +
						"release " +
						"the app, and have an administrator approve it.",
						"以“应用授权”方式开通 {permission}，发布应用并由管理员审批。"},
					"peer"},
			},
		},
		{
			ID: FieldPermission, Severity: Warning,
			Symptom: Text{"A field is empty for everybody, and no call fails.", "某个字段所有人都是空的，但没有任何报错。"},
			Seen: Text{"the app {lacks} what opens {fields}: {permissions}{sample}",
				"应用{lacks} {fields} 所需的权限：{permissions}{sample}"},
			Means: Text{"A sync writes people without {fields}. A sync that takes missing for deleted clears it " +
				"elsewhere.",
				"同步出来的人员没有 {fields}。若把缺失当作删除，会清空别处的数据。"},
			Places: []Place{
				{dingTalk, dingTalkConsole, dingTalkApp + " > 权限管理 > 通讯录管理 (Permissions > Contacts)",
					"{permission}",
					Text{"Tick {permission}, press 申请权限 (request), and " +
						"release a version if the console asks for one. If it is ticked, nobody has filled the " +
						"field in.",
						"勾选 {permission}，点“申请权限”，如控制台要求则发布新版本。" +
							"如果已经勾选，则说明没有人填写该字段。"}, "doc"},
				{feishu, feishuConsole, feishuApp + " > 权限管理 (Permissions & Scopes)",
					"开通权限 (Add permission scopes to app): {permission}",
					Text{"Press 开通权限, choose 应用身份权限 (tenant token scopes), add {permission}, then create a " +
						"version under 版本管理与发布 (Version Management & Release) and have it approved.",
						"点“开通权限”，选“应用身份权限”，开通 {permission}，然后在“版本管理与发布”中创建版本并通过审核。"},
					"doc"},
				{wps, wpsConsole, wpsApp + " > 权限管理 > 能力权限 (Permissions > Capabilities)", "{permission}",
					Text{"Add {permission}, release the app, and have an administrator approve it. If it is " +
						"there, " +
						"nobody has filled the field in.",
						"开通 {permission}，发布应用并由管理员审批。如果已经开通，则说明没有人填写该字段。"}, "peer"},
			},
		},
		{
			ID: FieldDateRule, Severity: Warning,
			Symptom: Text{"Mobile numbers, addresses and pictures are empty for everybody, in a new app, and were " +
				"there in " +
				"an old one.", "新应用里所有人的手机号、邮箱、头像都是空的，而旧应用里有。"},
			Seen: Text{"none of {of} people in the sample has any of {fields}",
				"抽样的 {of} 人都没有 {fields} 中的任何一项"},
			Means: Text{"WeCom hides these from apps made since 20 June 2022, 20:00 Beijing time. No permission " +
				"opens them; " +
				"a sync writes people without them.",
				"企业微信对 2022 年 6 月 20 日 20 点之后创建的应用隐藏这些字段，没有权限可以打开；同步出来的人员不带这些字段。"},
			Places: []Place{
				{weCom, weComConsole, weComApp + " > 网页授权及JS-SDK (OAuth and JS-SDK)",
					"snsapi_privateinfo (consent of each person, 敏感信息授权)",
					Text{"Use an app that was made before that day, or have each person consent: an OAuth link with " +
						"the scope " +
						"snsapi_privateinfo gives a user_ticket, and GetUserDetailByTicket reads the fields with it.",
						"改用在此之前创建的应用；或让每个人授权：scope 为 snsapi_privateinfo 的网页授权会得到 user_ticket，" +
							"再用 GetUserDetailByTicket 读取。"}, "doc"},
			},
		},
		{
			ID: FieldEmpty, Severity: Notice,
			Symptom: Text{"A field is empty for everybody although the app has the permission for it.",
				"应用有权限，但某个字段所有人都是空的。"},
			Seen: Text{"none of {of} people in the sample has {fields}, though the app has the permission",
				"抽样的 {of} 人都没有 {fields}，尽管应用有权限"},
			Means: Text{"Either nobody has filled it in, or a setting of the company withholds it.",
				"要么没有人填写，要么企业的设置不允许读取。"},
			Places: []Place{
				{feishu, "管理后台 (admin console), https://www.feishu.cn/admin",
					"组织架构 > 成员字段管理 (Organization > Member Fields)",
					"允许开放平台 API 调用 (allow API access)",
					Text{"For the company's own fields switch on 允许开放平台 API 调用. For others look at a person in the " +
						"admin " +
						"console: if the value is there, allow the field under 字段权限 (field permissions) of the app.",
						"自定义字段请打开“允许开放平台 API 调用”。其他字段请在管理后台查看某个成员：如果有值，" +
							"请在应用的“字段权限”中放开。"}, "doc"},
			},
		},
		{
			ID: RangeEmpty, Severity: Error,
			Symptom: Text{"A sync succeeds and finds nobody.", "同步成功，但一个人也没有。"},
			Seen:    Text{"the app's range has no departments and no people in it", "应用的范围内没有部门也没有人员"},
			Means: Text{"A sync finds nobody, and one that trusts it takes everybody for a leaver.",
				"同步找不到任何人；若据此处理，会把所有人当作离职。"},
			Places: rangePlaces(),
		},
		{
			ID: RangePartial, Severity: Warning,
			Symptom: Text{"Some people or departments never appear, without an error.", "有些人员或部门始终不出现，也没有报错。"},
			Seen: Text{"the app does not see the whole company, but {given}{outside}",
				"应用看不到整个企业，只能看到 {given}{outside}"},
			Means: Text{"People outside are missing from a sync, and somebody who is moved out looks like a leaver.",
				"范围之外的人不会同步；被移出范围的人看起来像离职。"},
			Places: rangePlaces(),
		},
		{
			ID: RangeUnknown, Severity: Notice,
			Symptom: Text{"People who were given to the app one by one do not appear.", "单独授权给应用的人员不出现。"},
			Seen:    Text{"the vendor does not tell what the app may see{why}", "厂商没有告知应用的可见范围{why}"},
			Means: Text{"A sync reads the departments that it finds; people given one by one are not among them, and " +
				"nobody " +
				"can tell a part of the company from the whole.", "同步只读取能找到的部门；单独授权的人员不在其中，也无法判断看到的是不是整个企业。"},
			Places: []Place{
				{weCom, weComConsole, weComApp, "AgentId",
					Text{"Copy the app's AgentId into Config.AgentID (WECOM_AGENT_ID).",
						"把应用的 AgentId 填入 Config.AgentID（WECOM_AGENT_ID）。"}, "doc"},
				{wps, wpsConsole, wpsApp + " > 权限管理 > 数据权限 (Permissions > Data)", "通讯录数据范围 (contacts range)",
					Text{"Look up the range in the console.", "请在控制台查看范围。"}, "peer"},
			},
		},
		{
			ID: RangeHasGroups, Severity: Error,
			Symptom: Text{"An export ends with an error that names tags or user groups.", "导出以提到标签或用户组的错误结束。"},
			Seen: Text{"the app's range names {groups} groups or tags, and not all of their members can be " +
				"read with it",
				"应用的范围里有 {groups} 个标签或用户组，其中有的无法读取成员"},
			Means: Text{"Their people would be missing, so a walk of the range ends in an error.",
				"这些人会缺失，因此遍历该范围会报错。"},
			Places: rangePlaces(),
		},
		{
			ID: QuotaUsedUp, Severity: Error,
			Symptom: Text{"Calls worked and are refused now, until an hour, a day or a month is over.",
				"之前正常，现在被拒绝，要等到一小时、一天或一个月之后。"},
			Seen: Text{"{operation} is refused for too many calls (code {code}){wait}",
				"{operation} 因调用过多被拒绝（错误码 {code}）{wait}"},
			Means: Text{"A sync waits or fails until there is quota again.", "配额恢复之前，同步会等待或失败。"},
			Places: []Place{
				{weCom, weComConsole, weComApp, "number of calls (调用次数)",
					Text{"Run one sync at a time; if a wrong secret was tried again and again, the address is " +
						"blocked for an " +
						"hour: correct it and wait.",
						"同一时间只运行一个同步；如果反复使用了错误的密钥，IP 会被封一小时：请改正后等待。"}, "doc"},
				{dingTalk, dingTalkConsole, "首页 > 调用量 (Home > API usage)", "API 调用量 (API quota)",
					Text{"Look at the usage of the month; raise it by 购买 (buy) or a larger edition, or wait for the " +
						"next month.",
						"查看本月调用量；可购买额度或升级版本，或等到下个月。"}, "peer"},
				{feishu, "管理后台 (admin console), https://www.feishu.cn/admin", "费用中心 > 用量 (Billing > Usage)",
					"API 调用量 (API calls of the month)",
					Text{"Free plans have a monthly number of calls: upgrade the plan or wait for the next month.",
						"免费版有每月调用量上限：请升级版本或等到下个月。"}, "peer"},
				{wps, wpsConsole, wpsApp + " > 接口调用 (API usage)", "调用频率 (call rate)",
					Text{"Run one sync at a time and wait a minute.", "同一时间只运行一个同步，等待一分钟。"}, "guess"},
			},
		},
		{
			ID: QuotaLow, Severity: Warning,
			Symptom: Text{"Syncs are slow, and will be refused soon.", "同步变慢，很快会被拒绝。"},
			Seen:    Text{"{left} of {of} calls are left, by the vendor's answer", "厂商的返回显示 {of} 次调用只剩 {left} 次"},
			Means:   Text{"The next sync may be refused before its end.", "下一次同步可能中途被拒绝。"},
			Places:  quotaPlaces(),
		},
		{
			ID: TokenStore, Severity: Warning,
			Symptom: Text{"Every process fetches tokens of its own; user tokens stop working after a restart.",
				"每个进程都自己获取 token；重启后用户 token 失效。"},
			Seen: Text{"the store for tokens does not work ({why})", "token 存储不可用（{why}）"},
			Means: Text{"Calls go on with tokens fetched for each process. Where a refresh token works only once, it " +
				"is lost.",
				"调用会继续，但每个进程各自获取 token；只能用一次的 refresh token 会丢失。"},
			Places: storePlaces(),
		},
		{
			ID: NoDepartment, Severity: Notice,
			Symptom: Text{"People appear outside the tree, or a sync that goes by departments misses them.",
				"有人不在组织树里；按部门同步时会漏掉。"},
			Seen: Text{"{has} of {of} people in the sample are in no department that the app sees",
				"抽样的 {of} 人中有 {has} 人不在应用能看到的任何部门里"},
			Means: Text{"Only a walk of the app's range finds them; one of given roots does not.",
				"只有遍历应用的整个范围才能找到他们；从指定部门开始遍历则不能。"},
			Places: peoplePlaces(),
		},
		{
			ID: EmptyDepartments, Severity: Warning,
			Symptom: Text{"Departments are there, and most of them have nobody in them.", "部门都在，但大多数部门里没有人。"},
			Seen: Text{"{has} of {of} departments that have none below them have nobody in them",
				"没有下级的 {of} 个部门中，有 {has} 个没有任何人员"},
			Means: Text{"They are empty, or the people in them are outside of the app's range. A few are empty in " +
				"every " +
				"company; most are not.", "要么确实没人，要么其中的人不在应用的范围内。少数部门为空很正常，大多数为空则不正常。"},
			Places: peoplePlaces(),
		},
		{
			ID: SpelledTwice, Severity: Warning,
			Symptom: Text{"Somebody appears twice after a sync, or is removed and added in turns.",
				"同步后某人出现两次，或反复被删除和添加。"},
			Seen: Text{"{has} of {of} people in the sample have an id that is spelled in more than one way",
				"抽样的 {of} 人中有 {has} 人的 ID 有不止一种写法"},
			Means: Text{"The vendor ignores upper and lower case. Keep User.ID, which is the same for all spellings, " +
				"and not " +
				"UserName.", "厂商不区分大小写。请以 User.ID（各种写法相同）为键，不要用 UserName。"},
			Places: []Place{
				{weCom, weComConsole, "通讯录 > the person (Contacts)", "账号 (userid)",
					Text{"Nothing need be mended in the console. In programs compare userids with wecom.FoldUserID, " +
						"or use " +
						"directory.User.ID.",
						"控制台无需修改。程序里请用 wecom.FoldUserID 比较，或使用 directory.User.ID。"}, "doc"},
			},
		},
		{
			ID: Unexplained, Severity: Error,
			Symptom: Text{"A call is refused with a code that says little.", "某个调用被拒绝，错误码说明不了什么。"},
			Seen:    Text{"{operation} is refused as {kind} (code {code})", "{operation} 被拒绝：{kind}（错误码 {code}）"},
			Means:   Text{"{what} cannot be read.", "无法读取{what}。"},
			Places: []Place{
				{weCom, "https://open.work.weixin.qq.com/devtool/query", "全局错误码 (error codes)", "code {code}",
					Text{"Look the code up; write to WeCom's support with the request id {request}.",
						"查询错误码；联系企业微信客服时请提供 {request}。"}, "doc"},
				{dingTalk, "https://open.dingtalk.com/document/development/server-api-error-codes-1",
					"全局错误码 (error codes)", "code {code}",
					Text{"Look the code up; write to DingTalk's support with the request id {request}.",
						"查询错误码；联系钉钉客服时请提供 {request}。"}, "doc"},
				{feishu, "https://open.feishu.cn/document/ukTMukTMukTM/ugjM14COyUjL4ITN", "通用错误码 (error codes)",
					"code {code}",
					Text{"Look the code up; write to Feishu's support with the log id {request}.",
						"查询错误码；联系飞书客服时请提供 log id {request}。"}, "doc"},
				{wps, "https://open.wps.cn/documents/app-integration-dev/wps365/server/api-description/errorcode",
					"状态码说明 (codes)", "code {code}",
					Text{"Look the code up; write to WPS's support with the request id {request}.",
						"查询状态码；联系 WPS 客服时请提供 {request}。"}, "doc"},
			},
		},
	}
}

func clockPlaces() []Place {
	var all []Place
	for _, v := range Vendors() {
		all = append(all, Place{v.Name, machine, "date and time of the system (系统日期和时间)", "NTP (自动同步时间)",
			Text{"Switch on time synchronisation: timedatectl set-ntp true, or the same in the settings of the system.",
				"打开时间同步：timedatectl set-ntp true，或在系统设置中打开。"}, "doc"})
	}
	return all
}

func storePlaces() []Place {
	var all []Place
	for _, v := range Vendors() {
		all = append(all, Place{v.Name, machine, "clients.WithTokenStore", "address and password of the store (存储的地址和" +
			"密码)",
			Text{"Start the store (Redis, for redisstore), and check its address, password and that it may be " +
				"written to.",
				"启动存储（redisstore 即 Redis），检查地址、密码以及是否可写。"}, "doc"})
	}
	return all
}

func rangePlaces() []Place {
	return []Place{
		{weCom, weComConsole, weComApp, "可见范围 (visible range)",
			Text{"Press 编辑 (edit) beside 可见范围 and choose the company itself, or the departments that the sync is " +
				"for. " +
				"Of tags (标签), choose such as the app may read (标签 > 可使用的应用), or departments and people instead.",
				"点“可见范围”旁的“编辑”，选择整个企业，或需要同步的部门。标签须允许该应用使用，否则请改选部门或人员。"}, "doc"},
		{dingTalk, dingTalkConsole, dingTalkApp + " > 权限管理 (Permissions)", "权限范围 (contact scope, 通讯录权限范围)",
			Text{"Set 权限范围 to 全部员工 (all staff), or to the departments that the sync is for.",
				"把“权限范围”设为“全部员工”，或需要同步的部门。"}, "doc"},
		{feishu, feishuConsole, feishuApp + " > 权限管理 > 数据权限 (Permissions & Scopes > Data permissions)",
			"通讯录权限范围 (range of contacts data)",
			Text{"Set 通讯录权限范围 to 全部成员 (all members), or to the departments that the sync is for; then create a " +
				"version " +
				"under 版本管理与发布 (Version Management & Release) and have it approved. User groups need the " +
				"permission contact:group:readonly; or choose departments or people instead.",
				"把“通讯录权限范围”设为“全部成员”，或需要同步的部门；然后在“版本管理与发布”中创建版本并通过审核。" +
					"用户组需要 contact:group:readonly 权限，否则请改选部门或人员。"}, "doc"},
		{wps, wpsConsole, wpsApp + " > 权限管理 > 数据权限 (Permissions > Data)", "通讯录数据范围 (contacts range)",
			Text{"Set the range to the whole company, or to the departments that the sync is for; then release the " +
				"app and " +
				"have an administrator approve it.",
				"把范围设为整个企业，或需要同步的部门；然后发布应用并由管理员审批。"}, "peer"},
	}
}

func quotaPlaces() []Place {
	var all []Place
	for _, v := range Vendors() {
		all = append(all, Place{v.Name, machine, "when syncs are run (同步的时间安排)", "number of calls (调用次数)",
			Text{"Run fewer syncs, or one after the other.", "减少同步次数，或依次运行。"}, "guess"})
	}
	return all
}

func peoplePlaces() []Place {
	return []Place{
		{weCom, weComConsole, "通讯录 (Contacts)", "部门 (departments of the person)",
			Text{"Put the people into a department, or add their department to 可见范围 (visible range) of the app.",
				"把人员加入部门，或把其部门加入应用的“可见范围”。"}, "doc"},
		{dingTalk, "管理后台 (admin console), https://oa.dingtalk.com", "通讯录 > 内部通讯录管理 (Contacts)",
			"部门 (departments of the person)",
			Text{"Put the people into a department, or add their department to 权限范围 of the app.",
				"把人员加入部门，或把其部门加入应用的“权限范围”。"}, "doc"},
		{feishu, "管理后台 (admin console), https://www.feishu.cn/admin", "组织架构 > 成员与部门 (Organization > Members)",
			"部门 (departments of the person)",
			Text{"Put the people into a department, or add their department to 通讯录权限范围 of the app.",
				"把人员加入部门，或把其部门加入应用的“通讯录权限范围”。"}, "doc"},
		{wps, "管理后台 (admin console), https://365.wps.cn", "通讯录 > 成员管理 (Contacts > Members)",
			"部门 (departments of the person)",
			Text{"Put the people into a department, or add their department to the app's 数据权限.",
				"把人员加入部门，或把其部门加入应用的“数据权限”。"}, "peer"},
	}
}
