"""医療保険者等向け中間サーバー: takes inquiries of unions, asks who holds the data, answers."""
