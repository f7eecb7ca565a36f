"""What stands in a bundle to explain it, in both languages."""

README_ZH = """\
评审结果复算资料包

任何人都可以用本资料包复算公布的排名和资助名单，无须访问平台的数据库：

    flask --app charity_portal.app competitions recompute 本文件.zip

结果与 published.json 逐位相同，退出状态为 0；不同为 1，并指出第一处差异；资料有误为 2，并指出文件、行和字段。
也可以解压到文件夹后复算；没有 published.json 时只输出结果。代码均为匿名代码。

scores.csv        每行一个评分：application（申请）、reviewer（评委）、criterion（标准）、score（整数；
                  不适用时留空，不按 0 分计）；有多个阶段时另有 stage（阶段）一列。弃权的评审没有行。
rubric.json       stages：各阶段的 key、weight_bp（权重，万分之一）和 criteria（标准：key、weight_bp、
                  top 满分、track 仅适用的赛道）。
applications.csv  application、track（赛道）、requested（申请金额，元）；另可有 bonus（加分）和
                  applicant（申请机构的匿名代码，用于限制同一机构的立项数）。
method.json       评分开始前确定的办法：
                  aggregation（汇总）  mean 平均分；trimmed 去掉一个最高分和一个最低分（不足 5 份时用平均分）；
                                      standardised 按评委标准化；mixed 加性混合模型（不具备条件时用平均分）
                  announced            征集公告是否说明将校正评委宽严
                  seed                 抽签和模拟所用的公开种子
                  ties                 同分规则，依次为：criterion:标准、median（中位数高者）、requested（申请少者）；
                                      仍相同的抽签决定
                  bonus_most、draws（模拟次数）、in_bp、out_bp（“明确入选”“明确落选”的界限，万分之一）
                  selection            rule：rank 按排名、exact 在限制内求资助线以上分数合计最大；
                                      purse（资金总额，元）；cut：stop 或 skip；least、most（项数）；floor（最低分）；
                                      award_cap（单项上限，元）；per_applicant（同一机构的立项数）；
                                      partial_bp（部分资助的最低比例）；fixed_in_bp；tracks：[track、least、most、purse]
                  overrides            人工决定：application、decision（in 或 out）、reason（理由）；另可有
                                      award（资助金额，元）
published.json    公布的结果（数字和代码），分数保留四位小数。

计算方法
一份评审的总分 = 100 × Σ(权重 × 得分 ÷ 满分) ÷ Σ权重，只计适用的标准。各阶段得分四舍五入到四位小数，按权重合成，
再加加分，按四舍五入后的数值排名。计算只用整数、分数和 34 位十进制数，随机数来自 SHA-256（种子、用途、序号），
因此任何计算机上的结果都相同。
"""

README_EN = """\
Recompute bundle

From this bundle anybody can recompute the published ranking and selection, without the portal's database:

    flask --app charity_portal.app competitions recompute THIS-FILE.zip

Exit status 0: equal to published.json, digit for digit. 1: different, and the first difference is named. 2: the
files are not as documented; file, row and field are named. A folder with the files works as well; without
published.json the result is only printed. All codes are anonymous.

scores.csv        a row for each score: application, reviewer, criterion, score (a whole number; empty for “not
                  applicable”, which does not count as 0); with several stages also stage. A review from which
                  its reviewer abstained has no rows.
rubric.json       stages: key, weight_bp (weight in 1/10 000) and criteria (key, weight_bp, top: the highest value,
                  track: the only track it applies to).
applications.csv  application, track, requested (yuan); optional: bonus (points) and applicant (an anonymous code,
                  equal for applications of one applicant).
method.json       fixed before scoring opened:
                  aggregation  mean; trimmed (without one highest and one lowest; the mean below 5 reviews);
                               standardised (per judge); mixed (additive mixed model; the mean where its
                               conditions are not met)
                  announced    whether the call said that judges' severity may be corrected for
                  seed         the published seed of lots and draws
                  ties         in order: criterion:KEY, median (the higher), requested (the smaller); then by lot
                  bonus_most, draws, in_bp and out_bp (limits of “clearly in” and “clearly out”, 1/10 000)
                  selection    rule: rank, or exact (the greatest sum of points above the funding line within all
                               limits); purse (yuan); cut: stop or skip; least and most (awards); floor (points);
                               award_cap (yuan); per_applicant; partial_bp (the smallest partial award);
                               fixed_in_bp; tracks: [track, least, most, purse]
                  overrides    decisions of people: application, decision (in or out), reason; optional:
                               award (yuan)
published.json    the published result (figures and codes), points with four decimals.

How it is computed
The total of a review = 100 × Σ(weight × score ÷ top) ÷ Σ weight, over the criteria that apply. The points of a
stage are rounded half up to four decimals, weighted into the total, the bonus is added, and ranks are taken from
the rounded totals. Only whole numbers, fractions and decimals of 34 digits are used, and random numbers come from
SHA-256 (seed, purpose, counter): the result is the same on every computer.
"""

README = f"{README_ZH}\n{'-' * 100}\n\n{README_EN}"
